# SPDX-License-Identifier: MIT
<#
What the worker process of a virtual machine has written into the host's event log. Dot-sourced by
New-HvsmpVM.ps1.
#>

$script:WorkerLog = 'Microsoft-Windows-Hyper-V-Worker-Admin'
# Boot failed; boot failed because of Secure Boot; nothing to boot from.
$script:BootFailures = 18603, 18604, 18605

# The events about this virtual machine since then, oldest first; none is no error.
function Get-HvsmpEvent {
    [CmdletBinding()]
    param($VM, [System.DateTime]$Since, [int[]]$Id)

    $filter = @{ LogName = $script:WorkerLog; StartTime = $Since }
    if ($Id) { $filter.Id = $Id }
    try {
        $events = Get-WinEvent -FilterHashtable $filter -Oldest -ErrorAction Stop
    } catch {
        if ($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*') { throw }
        return
    }
    $events | Where-Object -FilterScript { $_.Message -match [regex]::Escape("$($VM.Id)") }
}

# Why the firmware gave up, in one line, or nothing.
function Find-HvsmpBootFailure {
    [CmdletBinding()]
    [OutputType([string])]
    param($VM, [System.DateTime]$Since)

    try {
        $first = Get-HvsmpEvent -VM $VM -Since $Since -Id $script:BootFailures | Select-Object -First 1
    } catch { # who may not read the log waits for the time-out
        Write-Verbose -Message "The event log cannot be read: $($_.Exception.Message)"
        return
    }
    if ($first) { return "event $($first.Id): $($first.Message -replace '\s+', ' ')" }
}

# Write them to LogPath, a line each.
function Save-HvsmpEvent {
    [CmdletBinding()]
    param($VM, [System.DateTime]$Since, [string]$LogPath)

    try {
        $lines = @(Get-HvsmpEvent -VM $VM -Since $Since | ForEach-Object -Process {
                '{0:o} {1} {2}: {3}' -f $_.TimeCreated, $_.Id, $_.LevelDisplayName,
                ($_.Message -replace '\s+', ' ')
            })
        [System.IO.File]::WriteAllLines($LogPath, [string[]]$lines)
    } catch {
        Write-Warning -Message "$($script:WorkerLog) cannot be saved: $($_.Exception.Message)"
    }
}
