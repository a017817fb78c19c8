# SPDX-License-Identifier: MIT
<#
.SYNOPSIS
Runs the script for a Hyper-V host against stand-ins for Hyper-V and Windows, as TAP.

.PARAMETER Work
A folder for what the cases leave behind.

.PARAMETER Scripts
The scripts under test; windows.ps1 among them is replaced.

.PARAMETER Like
Only cases whose name matches.
#>
param([Parameter(Mandatory)][string]$Work, [string]$Scripts = "$PSScriptRoot/../../scripts/hyperv", [string]$Like = '')

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$env:OS = 'Windows_NT'
$env:PSModulePath = "$PSScriptRoot/Modules" + [System.IO.Path]::PathSeparator + $env:PSModulePath
if (Test-Path -LiteralPath $Work) { Remove-Item -LiteralPath $Work -Recurse -Force }
foreach ($folder in 'scripts', 'logs') { $null = New-Item -Path "$Work/$folder" -ItemType Directory }
Copy-Item -Path "$Scripts/*.ps1" -Destination "$Work/scripts"
Copy-Item -LiteralPath "$PSScriptRoot/windows.ps1" -Destination "$Work/scripts" -Force
foreach ($log in Get-ChildItem -Path "$PSScriptRoot/logs") {
    if ($log.Extension -ne '.gz') { Copy-Item -LiteralPath $log -Destination "$Work/logs"; continue }
    $packed = New-Object -TypeName System.IO.Compression.GZipStream -ArgumentList @(
        $log.OpenRead(), [System.IO.Compression.CompressionMode]::Decompress)
    $plain = [System.IO.File]::Create("$Work/logs/$($log.BaseName)")
    try { $packed.CopyTo($plain) } finally { $plain.Dispose(); $packed.Dispose() }
}
Add-Type -Path "$PSScriptRoot/host.cs"
$tests = @{
    Pwsh = if ($env:HVSMP_PWSH) { $env:HVSMP_PWSH } else { (Get-Process -Id $PID).Path }
    Here = $PSScriptRoot; Source = (Resolve-Path -LiteralPath $Scripts).Path; Work = (Resolve-Path -LiteralPath $Work).Path
    Scripts = (Resolve-Path -LiteralPath "$Work/scripts").Path; Logs = (Resolve-Path -LiteralPath "$Work/logs").Path
}

$cases = New-Object -TypeName 'System.Collections.Generic.List[hashtable]'
function Case {
    param([string]$Name, [scriptblock]$Test)
    if ($Name -match $Like) { $cases.Add(@{ Number = $cases.Count + 1; Name = $Name; Text = "$Test" }) }
}
foreach ($file in Get-ChildItem -Path "$PSScriptRoot/cases/*.ps1" | Sort-Object -Property Name) { . $file.FullName }

# Cases mostly wait, for the script waits: a few at a time.
Write-Output "TAP version 13`n1..$($cases.Count)"
$results = $cases | ForEach-Object -ThrottleLimit 8 -Parallel {
    $case = $_
    $global:Tests = $using:tests
    . "$($global:Tests.Here)/lib.ps1"
    $Root = "$($global:Tests.Work)/$($case.Name -replace '\W+', '-')"
    $null = [System.IO.Directory]::CreateDirectory($Root)
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $why = ''
    try { & ([scriptblock]::Create($case.Text)) } catch { $why = "$($_.Exception.Message)`n$($_.ScriptStackTrace)" }
    $lines = @("$(if ($why) { 'not ' })ok $($case.Number) - hyperv/$($case.Name) # $([Math]::Round($clock.Elapsed.TotalSeconds, 1)) s")
    if ($why) { $lines += $why.TrimEnd() -split "`n" | ForEach-Object { "# $_" } }
    $lines -join "`n"
}
$results | Sort-Object -Property { [int]($_ -replace '(?s)^(not )?ok (\d+).*', '$2') }
if ($results -match '(?m)^not ok') { exit 1 }
