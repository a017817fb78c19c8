# SPDX-License-Identifier: MIT
<#
What a case is made of: a host (a folder of state for the stand-ins), a run of the script on it, and
what may be said about it afterwards. run.ps1 dot-sources this for every case.
#>
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

# A host as a test wants it. Everything it does not say is as on a host where all is well: COM1 brings
# the log of a good boot, the machine then stays on.
function New-TestHost {
    param(
        [string]$Root,
        [hashtable]$Windows = @{},
        [hashtable]$With = @{},
        [string]$Log = 'ok',
        $Com1 = $null
    )

    foreach ($folder in 'machines', 'esp') { $null = [System.IO.Directory]::CreateDirectory("$Root/$folder") }
    [System.IO.File]::WriteAllText("$Root/hvsmp.vhdx", 'vhdxfile and the rest of it')
    [System.IO.File]::WriteAllText("$Root/disks.json", '{}')
    [System.IO.File]::WriteAllText("$Root/events.json", '[]')
    $facts = @{ Build = 20348; Architecture = 'AMD64'; IsAdministrator = $true; IsHyperVAdministrator = $false }
    foreach ($key in $Windows.Keys) { $facts[$key] = $Windows[$key] }
    $settings = @{
        Windows           = $facts
        Attributes        = @{}
        LogicalProcessors = 2048
        HasApicMode       = $true
        Service           = 'Running'
        Partitions        = @('{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}')
        DiskMs            = 0
        GoesOffBy         = 'command'
        Events            = @()
        Faults            = @{}
        Com1              = if ($null -ne $Com1) { $Com1 } else { @(@{ Wait = 300 }, @{ Send = Get-SerialLog -Name $Log }) }
    }
    foreach ($key in $With.Keys) { $settings[$key] = $With[$key] }
    [System.IO.File]::WriteAllText("$Root/settings.json", (ConvertTo-Json -InputObject $settings -Depth 6))
    return @{ Root = $Root; Out = "$Root/out"; Image = "$Root/hvsmp.vhdx" }
}

# The file of a recorded log.
function Get-SerialLog { param([string]$Name) return "$($global:Tests.Logs)/$Name.log" }

# A log of a test's own making.
function New-SerialLog {
    param($On, [byte[]]$Bytes, [string]$Text)

    $file = "$($On.Root)/$([guid]::NewGuid()).log"
    if ($Text) { $Bytes = [System.Text.Encoding]::Latin1.GetBytes($Text) }
    [System.IO.File]::WriteAllBytes($file, $Bytes)
    return $file
}
function Set-TestHost {
    param($On, [hashtable]$To)

    $settings = Get-Content -LiteralPath "$($On.Root)/settings.json" -Raw | ConvertFrom-Json -AsHashtable
    foreach ($key in $To.Keys) { $settings[$key] = $To[$key] }
    [System.IO.File]::WriteAllText("$($On.Root)/settings.json", (ConvertTo-Json -InputObject $settings -Depth 6))
}

# Run the script, or a text that calls it as $script with $common, in a fresh session. StopWhen is asked
# again and again: when it is true, Ctrl+C is pressed.
function Invoke-Script {
    param($On, [hashtable]$Arguments = @{}, [string]$Text, [string]$Answer = 'Yes', [scriptblock]$StopWhen,
        [hashtable]$Globals = @{})

    $testHost = New-Object -TypeName AnsweringHost -ArgumentList $Answer
    $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
    $session = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($testHost, $state)
    $session.Open()
    $common = @{ VhdxPath = $On.Image; OutputPath = $On.Out }
    foreach ($key in $Arguments.Keys) { $common[$key] = $Arguments[$key] }
    $variables = @{ HvsmpStandIn = $On.Root; script = "$($global:Tests.Scripts)/New-HvsmpVM.ps1"; common = $common }
    foreach ($key in $Globals.Keys) { $variables[$key] = $Globals[$key] }
    foreach ($key in $variables.Keys) { $session.SessionStateProxy.SetVariable($key, $variables[$key]) }
    if (-not $Text) { $Text = '& $script @common; $global:code = $LASTEXITCODE' }
    $session.SessionStateProxy.SetVariable('code', 1) # what powershell -File makes of an error
    $shell = [powershell]::Create()
    $shell.Runspace = $session
    $null = $shell.AddScript($Text)
    $output = New-Object -TypeName 'System.Management.Automation.PSDataCollection[psobject]'
    $nothing = New-Object -TypeName 'System.Management.Automation.PSDataCollection[psobject]'
    $nothing.Complete()
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $running = $shell.BeginInvoke($nothing, $output)
    if ($StopWhen) {
        while (-not $running.IsCompleted -and -not (& $StopWhen)) { Start-Sleep -Milliseconds 20 }
        $shell.Stop()
    }
    $problem = ''
    try {
        $null = $shell.EndInvoke($running)
    } catch {
        $problem = $_.Exception.GetBaseException().Message -replace '^The running command stopped because the preference variable .*? is set to Stop: '
    }
    $result = @{
        Objects     = @($output)
        Error       = $problem
        Warnings    = @($shell.Streams.Warning | ForEach-Object { "$_" })
        Shown       = @($shell.Streams.Information | ForEach-Object { "$_" })
        Written     = @($shell.Streams.Error | ForEach-Object { "$_" })
        Questions   = @($testHost.Questions)
        Seconds     = $clock.Elapsed.TotalSeconds
        ExitCode    = $session.SessionStateProxy.GetVariable('code')
        Session     = $session
        Calls       = if (Test-Path "$($On.Root)/calls.log") { @(Get-Content "$($On.Root)/calls.log") } else { @() }
    }
    return $result
}

# --- what may be said about it ------------------------------------------------------------------------

function Assert-That { param($Condition, [string]$Message) if (-not $Condition) { throw $Message } }
function Assert-Equal {
    param($Seen, $Expected, [string]$What)
    if ("$Seen" -cne "$Expected") { throw "${What}: expected '$Expected', found '$Seen'" }
}
function Assert-Match {
    param($Seen, [string]$Pattern, [string]$What)
    if ("$Seen" -cnotmatch $Pattern) { throw "${What}: expected /$Pattern/, found '$Seen'" }
}
# A run that went well.
function Assert-Good {
    param($Run, [string]$Verdict = 'ok')
    Assert-Equal $Run.Error '' 'the error'
    Assert-Equal ($Run.Written -join '; ') '' 'errors'
    Assert-Equal ($Run.Warnings -join '; ') '' 'warnings'
    Assert-Equal $Run.Objects.Count 1 'objects'
    Assert-Equal $Run.Objects[0].Verdict $Verdict 'the verdict'
    Assert-Equal $Run.ExitCode @{ ok = 0; degraded = 2; failed = 3 }[$Verdict] 'the exit code'
}
function Get-Machines {
    param($On)
    $all = @(Get-ChildItem -LiteralPath "$($On.Root)/machines" | ForEach-Object { Get-Content -LiteralPath $_ -Raw | ConvertFrom-Json })
    return , $all
}
# The commands that the script says remove what stays.
function Get-Commands { param($Run) return , @($Run.Shown -match '^  (Remove|Stop)-') }
# Nothing is left but the logs.
function Assert-Gone {
    param($On)
    Assert-Equal (Get-Machines -On $On).Count 0 'virtual machines that are left'
    Assert-Equal (Test-Path -LiteralPath "$($On.Out)/vm") $false 'the folder vm'
    Assert-Equal (Get-Content -LiteralPath "$($On.Root)/disks.json" -Raw).Trim() '{}' 'mounted disks'
}
# A disk that options cannot be written to.
function Assert-Refused {
    param($On, $Run, [string]$Says)
    Assert-Match $Run.Error "^-CommandLine cannot be written to .*$Says" 'the error'
    Assert-Equal @($Run.Calls -match '^New-VM').Count 0 'machines that were made'
    Assert-Gone $On
}
# The kernel's options as they are on the disk.
function Get-Options { param($On) return (Get-Content -LiteralPath "$($On.Root)/esp/EFI/hvsmp/hvsmp.cfg" -Raw) }
