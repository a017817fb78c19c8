# SPDX-License-Identifier: MIT

<#
.SYNOPSIS
Boots hvsmp in a Hyper-V Generation 2 virtual machine and saves its report.

.DESCRIPTION
Creates a Generation 2 virtual machine with a copy of the given hvsmp.vhdx, with static memory, without
network adapter and checkpoints, and with COM1 on a named pipe. Starts it, shows live what the kernel
says on COM1 until its report is complete, turns the virtual machine off, and writes into OutputPath:

  serial.log    what came from COM1
  report.json   the report, one line (conformance.json with -CommandLine mode=conformance, bench.json
                with mode=bench)
  events.log    what Hyper-V's worker process logged about this virtual machine during the run

The given file is never written to. If something fails, the virtual machine and its folder, OutputPath\vm,
are removed again, unless -KeepOnFailure is given; the logs stay. Otherwise they stay, unless -Remove is
given. The two commands that remove what stays are printed.

As a script it ends with 0 if the verdict is ok, 2 if it is degraded, 3 if it is failed, and with an
error (1 from powershell -File) if there is no report. It is for Windows PowerShell 5.1 and, from Windows
Server 2019 and Windows 10 1809 on, for PowerShell 7. It has never run on a Hyper-V host: it is tested in
PowerShell 7 on Linux, with stand-ins for Hyper-V.

.PARAMETER VhdxPath
The disk image, made by make images as build/hvsmp.vhdx. It is copied.

.PARAMETER Name
Name of the virtual machine; there must be none of that name yet. Letters, digits, dot, underscore, dash.

.PARAMETER ProcessorCount
Virtual processors, 1 to 2048; no more than the host has logical processors, nor than its version of
Hyper-V allows (docs/hyper-v.md).

.PARAMETER MemoryMB
Memory in MiB, an even number. All of it is assigned at the start.

.PARAMETER SecureBoot
Off (default) or On. With On the firmware refuses an image that is not signed by a certificate of the
template.

.PARAMETER SecureBootTemplate
The template for -SecureBoot On: MicrosoftUEFICertificateAuthority (default), MicrosoftWindows or
OpenSourceShieldedVM.

.PARAMETER CommandLine
Options of the kernel (docs/options.md), such as "start=sipi log=verbose". They replace
\EFI\hvsmp\hvsmp.cfg on the copied disk, which is mounted for that: this needs Administrator.

.PARAMETER OutputPath
Folder for the logs, the report and the virtual machine's folder vm; on a local disk, not compressed and
not encrypted. Default: a folder of the virtual machine's name in the current one. What an earlier run
wrote is replaced.

.PARAMETER TimeoutSeconds
How long to wait for the report after the start. Default: 180 and one more for each processor.

.PARAMETER Remove
Remove the virtual machine and its folder at the end. The logs and the report stay.

.PARAMETER KeepOnFailure
If something fails, or is interrupted, leave the virtual machine as it is, running if it runs, so that its
screen can be looked at (vmconnect localhost NAME).

.EXAMPLE
powershell -ExecutionPolicy Bypass -File New-HvsmpVM.ps1 -VhdxPath C:\hvsmp\hvsmp.vhdx -Remove

From cmd.exe or a batch file, whatever the execution policy; %ERRORLEVEL% tells the verdict.

.EXAMPLE
.\New-HvsmpVM.ps1 -VhdxPath C:\hvsmp\hvsmp.vhdx

Four processors, 1 GiB; the virtual machine stays, turned off.

.EXAMPLE
.\New-HvsmpVM.ps1 -VhdxPath C:\hvsmp\hvsmp.vhdx -Name hvsmp-64 -ProcessorCount 64 -MemoryMB 2048 -Remove

64 processors; afterwards only the folder hvsmp-64 with the logs and the report is left.

.EXAMPLE
$run = .\New-HvsmpVM.ps1 -VhdxPath .\hvsmp.vhdx -CommandLine 'mode=conformance' -Remove
$run.Report.rows | Where-Object result -eq failed

Real calls of both hypercalls, line by line of their documents; then what differed.

.OUTPUTS
One object: Name, Verdict, Online and Expected (processors; nothing for conformance and bench), Seconds,
SerialLog, EventLog, ReportPath, and Report, the parsed JSON (docs/report.md).
#>
[CmdletBinding(SupportsShouldProcess)]
[OutputType([pscustomobject])]
param(
    [Parameter(Mandatory, Position = 0)]
    [ValidateNotNullOrEmpty()]
    [string]$VhdxPath,

    [ValidatePattern('^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$')]
    [string]$Name = 'hvsmp',

    [ValidateRange(1, 2048)]
    [int]$ProcessorCount = 4,

    [ValidateRange(128, 1048576)]
    [ValidateScript({ if ($_ % 2) { throw 'Hyper-V wants an even number of MiB.' }; $true })]
    [int]$MemoryMB = 1024,

    [ValidateSet('Off', 'On')]
    [string]$SecureBoot = 'Off',

    [ValidateSet('MicrosoftUEFICertificateAuthority', 'MicrosoftWindows', 'OpenSourceShieldedVM')]
    [string]$SecureBootTemplate = 'MicrosoftUEFICertificateAuthority',

    [ValidatePattern('^[\x20-\x7e]{0,500}$')]
    [string]$CommandLine,

    [string]$OutputPath = (Join-Path -Path $PWD.ProviderPath -ChildPath $Name),

    [ValidateRange(10, 86400)]
    [int]$TimeoutSeconds = (180 + $ProcessorCount),

    [switch]$Remove,

    [switch]$KeepOnFailure
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
foreach ($part in 'windows.ps1', 'machine.ps1', 'disk.ps1', 'serial.ps1', 'events.ps1') {
    . (Join-Path -Path $PSScriptRoot -ChildPath $part)
}

$exitCodes = @{ ok = 0; degraded = 2; failed = 3 }
$setOptions = $PSBoundParameters.ContainsKey('CommandLine')

Assert-HvsmpHost -ProcessorCount $ProcessorCount -WriteDisk $setOptions
$image = Resolve-HvsmpImage -Path $VhdxPath
if (@(Hyper-V\Get-VM | Where-Object -Property Name -EQ -Value $Name)) {
    throw "There is a virtual machine named $Name already: choose another -Name, or remove that one (Remove-VM)."
}
$output = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutputPath)
$folder = Join-Path -Path $output -ChildPath 'vm'
if (Test-Path -LiteralPath $folder) {
    throw "$folder is there already, from an earlier virtual machine: remove it, or choose another -OutputPath."
}
Assert-HvsmpPlain -Folder $output -Image $image
$action = "Create and start a virtual machine with $ProcessorCount processors"
if (-not $PSCmdlet.ShouldProcess($Name, $action)) { return }
# That was the one question: with -Confirm every cmdlet below would ask another.
$ConfirmPreference = 'None'

$serialLog = Join-Path -Path $output -ChildPath 'serial.log'
$eventLog = Join-Path -Path $output -ChildPath 'events.log'
$vm = $null
$pipe = $null
$finished = $false
$since = [System.DateTime]::Now
$null = New-Item -Path $folder -ItemType Directory # from here on it is ours to remove
try {
    foreach ($old in 'serial.log', 'events.log', 'report.json', 'conformance.json', 'bench.json') {
        $path = Join-Path -Path $output -ChildPath $old
        if (Test-Path -LiteralPath $path) { Remove-Item -LiteralPath $path }
    }
    $disk = Join-Path -Path $folder -ChildPath 'hvsmp.vhdx'
    Write-Verbose -Message "Copying $image to $disk"
    Copy-Item -LiteralPath $image -Destination $disk
    Set-ItemProperty -LiteralPath $disk -Name IsReadOnly -Value $false
    if ($setOptions) {
        $mountPoint = Join-Path -Path $folder -ChildPath 'esp'
        Write-HvsmpOption -DiskPath $disk -MountPoint $mountPoint -CommandLine $CommandLine
    }
    $bytes = 1024 * 1024 * [long]$MemoryMB
    $vm = Hyper-V\New-VM -Name $Name -Generation 2 -MemoryStartupBytes $bytes -VHDPath $disk -Path $folder
    $pipeName = "hvsmp-$($vm.Id)" # of this virtual machine and no other
    $settings = @{
        VM                 = $vm
        ProcessorCount     = $ProcessorCount
        SecureBoot         = $SecureBoot
        SecureBootTemplate = $SecureBootTemplate
        PipeName           = $pipeName
    }
    Initialize-HvsmpMachine @settings

    Write-Verbose -Message "Starting $Name, COM1 is \\.\pipe\$pipeName"
    $pipe = Connect-HvsmpPipe -Name $pipeName
    Hyper-V\Start-VM -VM $vm
    Wait-HvsmpPipe -Pipe $pipe -TimeoutSeconds 30
    $noBoot = { Find-HvsmpBootFailure -VM $vm -Since $since }
    $reading = @{
        Stream         = $pipe.Stream
        LogPath        = $serialLog
        TimeoutSeconds = $TimeoutSeconds
        NoBoot         = $noBoot
    }
    $serial = Read-HvsmpSerial @reading
    $found = Get-HvsmpReport -Serial $serial -TimeoutSeconds $TimeoutSeconds
    $reportPath = Join-Path -Path $output -ChildPath "$($found.Kind).json"
    [System.IO.File]::WriteAllText($reportPath, "$($found.Json)`n")
    Disable-HvsmpMachine -VM $vm
    $finished = $true
} finally { # after Ctrl+C as well
    if ($pipe) { Disconnect-HvsmpPipe -Pipe $pipe }
    try { # must not hide why the run failed
        if (-not $vm) { $vm = Find-HvsmpMachine -Name $Name -Folder $folder }
        if ($vm) { Save-HvsmpEvent -VM $vm -Since $since -LogPath $eventLog }
        $stays = if ($finished) { -not $Remove } else { $KeepOnFailure -and $vm }
        if ($stays) {
            Show-HvsmpRemoval -Name $Name -Folder $folder
        } else {
            Clear-HvsmpMachine -VM $vm -Folder $folder
        }
    } catch {
        Write-Warning -Message "Not all was removed of $Name and ${folder}: $($_.Exception.Message)"
        Show-HvsmpRemoval -Name $Name -Folder $folder
    }
}

$report = $found.Report
$isBringUp = $found.Kind -eq 'report'
[pscustomobject]@{
    Name       = $Name
    Verdict    = $report.verdict
    Online     = if ($isBringUp) { $report.online } else { $null }
    Expected   = if ($isBringUp) { $report.expected } else { $null }
    Seconds    = [System.Math]::Round($serial.Seconds, 1)
    SerialLog  = $serialLog
    EventLog   = $eventLog
    ReportPath = $reportPath
    Report     = $report
}
exit $exitCodes[$report.verdict]
