# SPDX-License-Identifier: MIT
<#
What the stand-in modules have in common: cmdlets made from cmdlets.json, and the state they keep, all
of it in files of one folder. The folder's name is in the variable HvsmpStandIn, or in the environment.
#>

$script:Behaviours = @{}
$script:Here = $PSScriptRoot

function Get-Root {
    $here = Get-Variable -Name HvsmpStandIn -Scope Global -ErrorAction Ignore
    if ($here) { $here.Value } else { $env:HVSMP_STANDIN }
}
function Read-State { param($File) Get-Content -LiteralPath "$(Get-Root)/$File" -Raw | ConvertFrom-Json -AsHashtable }
function Write-State {
    param($File, $Value)
    $text = ConvertTo-Json -InputObject $Value -Depth 8
    $new = "$(Get-Root)/.$([guid]::NewGuid())"
    [System.IO.File]::WriteAllText($new, $text)
    [System.IO.File]::Move($new, "$(Get-Root)/$File", $true)
}
function Get-Setting { Read-State -File settings.json }

# An object that a parameter of that type takes.
filter New-Thing {
    param($Type)
    $thing = [pscustomobject]$_
    $thing.PSObject.TypeNames.Insert(0, "StandIn.$Type")
    $thing
}

# --- cmdlets ---------------------------------------------------------------------------------------

$script:Types = @{
    'String' = 'string'; 'Int16' = 'int16'; 'Int32' = 'int'; 'Int64' = 'long'; 'UInt32' = 'uint32'
    'UInt64' = 'uint64'; 'Boolean' = 'bool'; 'Guid' = 'guid'; 'switch' = 'switch'; 'Char' = 'char'
    'Version' = 'version'
}

# One word of cmdlets.json as the text of a parameter: Name:Type=Value|Value@Position!< (! mandatory,
# < from the pipeline).
function ConvertTo-ParameterText {
    param($Word, $Set)

    $null = $Word -match '^(\w+):([\w\[\]]+)(?:=([^@!<]+))?(?:@(\d+))?(!)?(<)?$'
    $found = $Matches
    $attribute = @("ParameterSetName = '$Set'")
    if ($found[4]) { $attribute += "Position = $($found[4])" }
    if ($found[5]) { $attribute += 'Mandatory' }
    if ($found[6]) { $attribute += 'ValueFromPipeline' }
    $type = $found[2].Replace('[]', '')
    $many = if ($found[2].EndsWith('[]')) { '[]' } else { '' }
    $text = if ($found[3]) { "[ValidateSet('$($found[3].Replace('|', "', '"))')][string$many]" }
    elseif ($script:Types.ContainsKey($type)) { "[$($script:Types[$type])$many]" }
    else { "[PSTypeName('StandIn.$type')][psobject$many]" }
    @{ Name = $found[1]; Attribute = "[Parameter($($attribute -join ', '))]"; Type = $text }
}

# The functions of a module, as text; the sessions of one process share it.
function New-ModuleText {
    param($Module, $Prelude)

    $hasApicMode = (Get-Setting).HasApicMode
    $key = "hvsmp $Module $hasApicMode"
    $text = [System.AppDomain]::CurrentDomain.GetData($key)
    if ($text) { return $text }
    $documented = Get-Content -LiteralPath "$($script:Here)/cmdlets.json" -Raw | ConvertFrom-Json -AsHashtable
    $text = @(foreach ($name in $documented[$Module].Keys) {
            New-CmdletText -Spec $documented[$Module][$name] -Name $name -Prelude $Prelude -HasApicMode $hasApicMode
        }) -join "`n"
    [System.AppDomain]::CurrentDomain.SetData($key, $text)
    return $text
}

function New-CmdletText {
    param($Spec, $Name, $Prelude, $HasApicMode)

    $parameters = [ordered]@{}
    foreach ($set in $Spec.sets.Keys) {
        $words = @($Spec.sets[$set] -split ' ' | Where-Object { $_ })
        # Newer hosts have it, no documentation does; Microsoft's own tests (openvmm, petri) use it.
        if ($Name -eq 'Set-VMProcessor' -and $HasApicMode) { $words += 'ApicMode:ApicMode=Default|Legacy|x2Apic' }
        foreach ($word in $words) {
            $p = ConvertTo-ParameterText -Word $word -Set $set
            if (-not $parameters.Contains($p.Name)) { $parameters[$p.Name] = @{ Attributes = @(); Type = $p.Type } }
            $parameters[$p.Name].Attributes += $p.Attribute
        }
    }
    $block = foreach ($key in $parameters.Keys) { "$($parameters[$key].Attributes -join '') $($parameters[$key].Type) `$$key" }
    $default = if ($Spec.default) { "DefaultParameterSetName = '$($Spec.default)'" } else { "PositionalBinding = `$false" }
    $asks = if ($Spec.confirm) { "SupportsShouldProcess, ConfirmImpact = 'Medium', " } else { '' }
    @"
function $Name {
    [CmdletBinding($asks$default)]
    param(
        $($block -join ",`n        ")
    )
    process {
$Prelude
        Invoke-Behaviour -Name '$Name' -Bound `$PSBoundParameters -Cmdlet `$PSCmdlet -Asks `$$($Spec.confirm)
    }
}
"@
}

# Every call is written down; then the prompt, if one is due; then what the test wants of this cmdlet.
function Invoke-Behaviour {
    param($Name, $Bound, $Cmdlet, $Asks)

    [System.IO.File]::AppendAllText("$(Get-Root)/calls.log", "$Name $(@($Bound.Keys | Sort-Object) -join ' ')`n")
    if ($Asks -and -not $Cmdlet.ShouldProcess("$($Bound.Values -join ' ')", $Name)) { return }
    $fault = (Get-Setting).Faults[$Name]
    try {
        if ($fault -and -not $fault['After']) { throw $fault.Message }
        & $script:Behaviours[$Name]
        if ($fault) {
            if ($fault['Seconds']) { Start-Sleep -Seconds $fault.Seconds }
            if ($fault['Message']) { throw $fault.Message }
        }
    } catch [System.Management.Automation.RuntimeException] {
        # Not terminating, unless the preference of the one who is to be seen here says so.
        Write-Error -Message $_.Exception.Message -Category InvalidOperation
    }
}

# --- machines --------------------------------------------------------------------------------------

function Read-Machine {
    param($Id)

    foreach ($file in [System.IO.Directory]::GetFiles("$(Get-Root)/machines")) {
        if ($Id -and [System.IO.Path]::GetFileName($file) -ne "$Id") { continue }
        $machine = Read-State -File "machines/$([System.IO.Path]::GetFileName($file))"
        $machine.Id = [guid]$machine.Id
        $machine | New-Thing -Type VirtualMachine
        $found = $true
    }
    if ($Id -and -not (Get-Variable -Name found -Scope Local -ErrorAction Ignore)) {
        throw "Hyper-V was unable to find a virtual machine with id $Id."
    }
}
function Write-Machine { param($Machine) Write-State -File "machines/$($Machine.Id)" -Value $Machine }
function Edit-Machine {
    param($Id, $Edit)
    $machine = Read-State -File "machines/$Id"
    $machine | ForEach-Object -Process $Edit
    Write-Machine -Machine $machine
}
function Set-MachineState { param($Id, $State) $to = $State; Edit-Machine -Id $Id -Edit { $_.State = $to } }
filter Set-MachineValue {
    param($Cmdlet, $Bound)
    $values = @{}
    foreach ($key in $Bound.Keys) { if ($key -notin 'VM', 'Passthru', 'Confirm', 'ErrorAction') { $values[$key] = $Bound[$key] } }
    Edit-Machine -Id $_.Id -Edit { $_.Set[$Cmdlet] = $values }
}
function Remove-Machine { param($Id) Remove-Item -LiteralPath "$(Get-Root)/machines/$Id" -Confirm:$false }

# The other end of COM1, in a thread: it makes the pipe, waits as the firmware does, sends what the test
# wants sent, and loses it if nobody is connected by then.
$script:Guest = {
    param($Root, $Pipe, $Steps, $Worker)

    $server = New-Object -TypeName System.IO.Pipes.NamedPipeServerStream -ArgumentList @(
        $Pipe, 'InOut', 1, 'Byte', 'Asynchronous')
    $Worker.Server = $server
    $connected = $server.WaitForConnectionAsync()
    foreach ($step in $Steps) {
        if ($step['Wait']) { $null = $Worker.Off.WaitOne([int]$step.Wait) }
        if ($Worker.Off.WaitOne(0)) { return }
        if ($step['Send']) {
            $bytes = [System.IO.File]::ReadAllBytes($step.Send)
            $size = if ($step['Chunk']) { [int]$step.Chunk } else { 4096 }
            # Firmware takes its time; so much of it that a busy machine makes no difference.
            if (-not $connected.Wait(20000)) {
                [System.IO.File]::AppendAllText("$Root/lost.log", "$($step.Send)`n")
                continue
            }
            try {
                for ($i = 0; $i -lt $bytes.Length; $i += $size) {
                    $server.Write($bytes, $i, [Math]::Min($size, $bytes.Length - $i))
                    $server.Flush()
                }
            } catch { return } # turned off meanwhile
        }
        if ($step['Off']) {
            $file = "$Root/machines/$($Worker.Id)"
            $text = [System.IO.File]::ReadAllText($file)
            [System.IO.File]::WriteAllText($file, $text.Replace('"Running"', '"Off"'))
            $server.Dispose()
        }
    }
}
$script:Workers = @{}

function Start-Machine {
    param($VM)

    $setting = Get-Setting
    Set-MachineState -Id $VM.Id -State Running
    $now = [System.DateTime]::Now
    $events = @(foreach ($event in $setting.Events) {
            @{
                Id = $event.Id; LevelDisplayName = 'Error'; TimeCreated = $now.AddMilliseconds($event.AfterMs).ToString('o')
                Message = $event.Message.Replace('VMNAME', $VM.Name).Replace('VMID', "$($VM.Id)".ToUpperInvariant())
            }
        })
    Write-State -File events.json -Value $events
    $port = $VM.Set['Set-VMComPort']
    if (-not $port -or $setting['NoPipe']) { return }
    $worker = [hashtable]::Synchronized(@{
            Id = "$($VM.Id)"; Off = New-Object -TypeName System.Threading.ManualResetEvent -ArgumentList $false; Server = $null
        })
    $thread = [powershell]::Create()
    $null = $thread.AddScript($script:Guest).AddArgument((Get-Root)).AddArgument($port.Path.Replace('\\.\pipe\', '')).
        AddArgument($setting.Com1).AddArgument($worker)
    $null = $thread.BeginInvoke()
    $script:Workers["$($VM.Id)"] = $worker
}
function Stop-Machine {
    param($Id)

    $worker = $script:Workers["$Id"]
    if ($worker) {
        $null = $worker.Off.Set()
        if ($worker.Server) { $worker.Server.Dispose() }
    }
    Set-MachineState -Id $Id -State Off
}

# --- disks -----------------------------------------------------------------------------------------

function Get-DiskOf {
    param($Path)

    $disks = Read-State -File disks.json
    $disk = $disks[$Path]
    $appears = $disk -and [System.DateTime]::UtcNow.Ticks -ge $disk.AppearsTicks
    @{ Path = $Path; Attached = [bool]$disk; DiskNumber = if ($appears) { [uint32]7 } else { $null } }
}
function Get-DiskBy {
    param($Number)

    foreach ($disk in (Read-State -File disks.json).Values) {
        if ([System.DateTime]::UtcNow.Ticks -ge $disk.AppearsTicks + 5000000) {
            return @{ DiskNumber = $Number; Partitions = (Get-Setting).Partitions }
        }
    }
}
function Mount-Disk {
    param($Path)

    $disks = Read-State -File disks.json
    if ($disks[$Path]) { throw "$Path is mounted already" }
    $disks[$Path] = @{ AppearsTicks = [System.DateTime]::UtcNow.AddMilliseconds((Get-Setting).DiskMs).Ticks }
    Write-State -File disks.json -Value $disks
}
function Dismount-Disk {
    param($Path)

    $disks = Read-State -File disks.json
    if (-not $disks[$Path]) { throw "$Path is not mounted" }
    $disks.Remove($Path)
    Write-State -File disks.json -Value $disks
}
# A mounted folder becomes a link to where the tests keep the partition's files.
function Add-MountPoint {
    param($Number, $Path)

    if (@(Get-ChildItem -LiteralPath $Path).Count) { throw 'The access path is not valid.' }
    [System.IO.Directory]::Delete($Path)
    $null = [System.IO.Directory]::CreateSymbolicLink($Path, "$(Get-Root)/esp")
}
function Remove-MountPoint {
    param($Number, $Path)

    if (-not [System.IO.Directory]::ResolveLinkTarget($Path, $false)) { throw 'The access path is not valid.' }
    [System.IO.Directory]::Delete($Path)
    $null = [System.IO.Directory]::CreateDirectory($Path)
}
