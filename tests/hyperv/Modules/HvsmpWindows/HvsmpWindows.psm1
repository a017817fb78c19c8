# SPDX-License-Identifier: MIT
<#
Stand-ins for what PowerShell has on Windows only, and for Windows' way with files that are in use.
#>
Set-StrictMode -Version 2
. (Join-Path -Path $PSScriptRoot -ChildPath '../../standin.ps1')

function Get-StandInSetting { Get-Setting }

function Get-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$Name)

    $state = (Get-Setting).Service
    if ($state) { [pscustomobject]@{ Name = $Name[0]; Status = $state } }
    else { Write-Error -Message "Cannot find any service with service name '$Name'." }
}

function Get-WinEvent {
    [CmdletBinding()]
    param([Parameter(Mandatory)][hashtable]$FilterHashtable, [switch]$Oldest, [long]$MaxEvents)

    $setting = Get-Setting
    if ($setting['EventsDenied']) { Write-Error -Message 'Attempted to perform an unauthorized operation.'; return }
    foreach ($key in $FilterHashtable.Keys) {
        if ($key -notin 'LogName', 'StartTime', 'Id') { throw "unexpected key $key" }
    }
    if ($FilterHashtable.LogName -ne 'Microsoft-Windows-Hyper-V-Worker-Admin') { throw 'no such log' }
    $found = @(Read-State -File events.json | Where-Object {
            $_ -and [datetime]$_.TimeCreated -ge $FilterHashtable.StartTime -and
            [datetime]$_.TimeCreated -le [datetime]::Now -and
            (-not $FilterHashtable.ContainsKey('Id') -or $FilterHashtable.Id -contains $_.Id)
        } | ForEach-Object { $_.TimeCreated = [datetime]$_.TimeCreated; [pscustomobject]$_ })
    if (-not $found) {
        Write-Error -Message 'No events were found that match the specified selection criteria.' -ErrorId NoMatchingEventsFound
        return
    }
    if (-not $Oldest) { [array]::Reverse($found) }
    $found
}

# Shadows the cmdlet: a folder that the test says is in use cannot be removed until it says so.
function Remove-Item {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)][string[]]$LiteralPath, [switch]$Recurse, [switch]$Force)

    $busy = Join-Path -Path (Get-Root) -ChildPath busy
    if ($Recurse -and (Test-Path -LiteralPath $busy)) {
        if ([System.DateTime]::UtcNow -lt [System.IO.File]::GetLastWriteTimeUtc($busy)) {
            throw 'The process cannot access the file because it is being used by another process.'
        }
    }
    Microsoft.PowerShell.Management\Remove-Item @PSBoundParameters
}

Export-ModuleMember -Function Get-StandInSetting, Get-Service, Get-WinEvent, Remove-Item
