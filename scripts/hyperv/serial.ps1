# SPDX-License-Identifier: MIT
<#
What a virtual machine says on COM1, and the report in it. Dot-sourced by New-HvsmpVM.ps1.

Hyper-V's worker process makes the pipe when the virtual machine starts, and drops what the guest
writes while nobody is connected. So the client looks for the pipe from before the start, without a
time-out of its own: how long is too long is decided after the start.
#>

# Asked for an answer every so often, so that Ctrl+C is heard.
$script:TickMs = 200
# How long after a panic, or after a report without a table, more lines may come.
$script:QuietMs = 5000
# How often to ask whether the firmware has given up, as long as COM1 is silent.
$script:AskMs = 2000

# A pipe client that looks for \\.\pipe\Name until it is disconnected.
function Connect-HvsmpPipe {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([string]$Name)

    $client = New-Object -TypeName System.IO.Pipes.NamedPipeClientStream -ArgumentList @(
        '.', $Name, [System.IO.Pipes.PipeDirection]::InOut, [System.IO.Pipes.PipeOptions]::Asynchronous)
    $cancel = New-Object -TypeName System.Threading.CancellationTokenSource
    $task = $client.ConnectAsync($cancel.Token)
    return @{ Name = $Name; Stream = $client; Cancel = $cancel; Task = $task }
}

# The end of it, connected or not. Without the token it would go on looking, and take the pipe of
# whoever comes next.
function Disconnect-HvsmpPipe {
    [CmdletBinding()]
    param([hashtable]$Pipe)

    $Pipe.Cancel.Cancel()
    try {
        $null = $Pipe.Task.Wait(2000)
    } catch {
        Write-Verbose -Message "COM1's pipe was not connected: $($_.Exception.GetBaseException().Message)"
    }
    $Pipe.Stream.Dispose()
    $Pipe.Cancel.Dispose()
}

# Wait until it is connected; the virtual machine has been started by now.
function Wait-HvsmpPipe {
    [CmdletBinding()]
    param([hashtable]$Pipe, [int]$TimeoutSeconds)

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        while (-not $Pipe.Task.Wait($script:TickMs)) {
            if ($clock.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
                throw (New-Object -TypeName System.TimeoutException)
            }
        }
    } catch {
        $cause = $_.Exception.GetBaseException()
        if ($cause -is [System.UnauthorizedAccessException]) {
            throw "COM1's pipe \\.\pipe\$($Pipe.Name) may not be opened: run this as Administrator."
        }
        if ($cause -is [System.TimeoutException]) {
            throw "The virtual machine runs, but Hyper-V made no pipe \\.\pipe\$($Pipe.Name) for COM1."
        }
        throw "COM1's pipe \\.\pipe\$($Pipe.Name) cannot be opened: $($cause.Message)"
    }
}

# A line of serial output without terminal control and without what CR overwrote.
function ConvertTo-HvsmpLine {
    [CmdletBinding()]
    [OutputType([string])]
    param([string]$Raw)

    $text = $Raw.TrimEnd("`r")
    $text = $text.Substring($text.LastIndexOf("`r") + 1)
    $text = $text -replace '\x1b(?:\[[0-9;?=]*[ -/]*[@-~]|[()][A-Za-z0-9]|[=>78c])', ''
    return ($text -replace '[\x00-\x08\x0b-\x1f\x7f]', '').TrimEnd()
}

# What people want to see: not the machine's lines, not the firmware's.
function Show-HvsmpLine {
    [CmdletBinding()]
    param([string]$Line)

    if ($Line -cnotmatch '^(@(report|conformance|bench) |BdsDxe: )') {
        Write-Information -MessageData $Line -InformationAction Continue
    }
}

# Whether the kernel has said all: its verdict is the last line, or a panic or a report is followed by
# silence.
function Test-HvsmpEnd {
    [CmdletBinding()]
    [OutputType([bool])]
    param([System.Collections.Generic.List[string]]$Lines, [long]$SilentMs)

    if ($Lines.Count -eq 0) { return $false }
    if ($Lines[$Lines.Count - 1] -cmatch '^verdict: (ok|degraded|failed)\b') { return $true }
    return $SilentMs -ge $script:QuietMs -and [bool]($Lines -cmatch '^(PANIC: |@report |@conformance |@bench )')
}

# Whether the read is over, successfully or not; waits one tick.
function Wait-HvsmpRead {
    [CmdletBinding()]
    [OutputType([bool])]
    param([System.Threading.Tasks.Task]$Reading)

    try {
        return $Reading.Wait($script:TickMs)
    } catch {
        return $true # the pipe broke
    }
}

# Take text that came in: each line that it ends is kept, written to the log and shown.
function Add-HvsmpText {
    [CmdletBinding()]
    param([hashtable]$Serial, [string]$Text)

    $pieces = $Text.Split("`n")
    for ($i = 0; $i -lt $pieces.Length; $i++) {
        $null = $Serial.Rest.Append($pieces[$i])
        if ($i -eq $pieces.Length - 1) { return } # the beginning of the next line
        $line = ConvertTo-HvsmpLine -Raw $Serial.Rest.ToString()
        $null = $Serial.Rest.Clear()
        $Serial.Lines.Add($line)
        $Serial.Log.WriteLine($line)
        Show-HvsmpLine -Line $line
    }
}

# The line that was being written when it ended: often the one that says where it hangs.
function Complete-HvsmpText {
    [CmdletBinding()]
    param([hashtable]$Serial)

    if ($Serial.Rest.Length) { Add-HvsmpText -Serial $Serial -Text "`n" }
}

# Read COM1 until the kernel has said all, and write it to LogPath as it comes. NoBoot is asked as long
# as nothing comes; what it returns says why nothing will. Returns the lines, the seconds, and how it
# ended: done, closed (the virtual machine went off), no boot or time-out.
function Read-HvsmpSerial {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([System.IO.Stream]$Stream, [string]$LogPath, [int]$TimeoutSeconds, [scriptblock]$NoBoot)

    $serial = @{
        Lines   = New-Object -TypeName 'System.Collections.Generic.List[string]'
        Rest    = New-Object -TypeName System.Text.StringBuilder
        Log     = New-Object -TypeName System.IO.StreamWriter -ArgumentList $LogPath, $false
        Seconds = 0.0
        Ended   = ''
        Why     = ''
    }
    $serial.Log.AutoFlush = $true
    $latin1 = [System.Text.Encoding]::GetEncoding(28591) # a character a byte
    $buffer = New-Object -TypeName 'byte[]' -ArgumentList 65536
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $heardMs = 0
    $askedMs = 0
    $reading = $null
    try {
        while (-not $serial.Ended) {
            if ($null -eq $reading) { $reading = $Stream.ReadAsync($buffer, 0, $buffer.Length) }
            if (Wait-HvsmpRead -Reading $reading) {
                $count = if ($reading.Status -eq 'RanToCompletion') { $reading.Result } else { 0 }
                $reading = $null
                $heardMs = $clock.ElapsedMilliseconds
                if ($count) {
                    Add-HvsmpText -Serial $serial -Text $latin1.GetString($buffer, 0, $count)
                } else {
                    Complete-HvsmpText -Serial $serial
                    $serial.Ended = 'closed'
                }
            }
            if (-not $heardMs -and $clock.ElapsedMilliseconds - $askedMs -ge $script:AskMs) {
                $serial.Why = & $NoBoot
                $askedMs = $clock.ElapsedMilliseconds
            }
            if (Test-HvsmpEnd -Lines $serial.Lines -SilentMs ($clock.ElapsedMilliseconds - $heardMs)) {
                $serial.Ended = 'done'
            } elseif ($serial.Why) {
                $serial.Ended = 'no boot'
            } elseif (-not $serial.Ended -and $clock.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
                $serial.Ended = 'time-out'
            }
        }
    } finally { # after Ctrl+C as well
        try {
            Complete-HvsmpText -Serial $serial
        } finally {
            $serial.Log.Dispose()
        }
    }
    $serial.Seconds = $clock.Elapsed.TotalSeconds
    return $serial
}

# The report in those lines: its kind (report, conformance, bench), its text, and what it says. Throws what
# is wrong with it.
function Get-HvsmpReport {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([hashtable]$Serial, [int]$TimeoutSeconds)

    $last = $Serial.Lines | Where-Object -FilterScript { $_ } | Select-Object -Last 1
    if (-not $last) { $last = 'nothing' }
    $panic = @($Serial.Lines -cmatch '^PANIC: ')
    if ($panic) { throw "The kernel panicked: $($panic[0])" }
    $found = @($Serial.Lines -cmatch '^@(report|conformance|bench) ')
    if ($found.Count -gt 1) { throw "The kernel printed $($found.Count) reports." }
    if (-not $found) {
        $why = switch ($Serial.Ended) {
            'time-out' { "Time-out after $TimeoutSeconds s without a report" }
            'no boot' { "The firmware boots nothing, $($Serial.Why)" }
            'closed' { 'The virtual machine went off, or was reset, without a report' }
            default { 'The kernel printed no report line (report= must not leave out json)' }
        }
        throw "$why; the last line on COM1 was: $last"
    }
    $kind, $json = $found[0].Substring(1) -split ' ', 2
    try {
        $report = ConvertFrom-Json -InputObject $json
    } catch {
        throw "The $kind is not JSON: $($_.Exception.Message)"
    }
    $schema = @{
        report      = 'hvsmp-report/2'
        conformance = 'hvsmp-conformance/2'
        bench       = 'hvsmp-bench/1'
    }[$kind]
    $says = @{ schema = ''; verdict = '' }
    foreach ($property in $report.PSObject.Properties) {
        if ($says.ContainsKey($property.Name)) { $says[$property.Name] = $property.Value }
    }
    if ($says.schema -cne $schema) { throw "The $kind is not of the schema $schema." }
    if (@('ok', 'degraded', 'failed') -cnotcontains $says.verdict) {
        throw "The $kind's verdict is '$($says.verdict)'."
    }
    return @{ Kind = $kind; Json = $json; Report = $report }
}
