# SPDX-License-Identifier: MIT
# COM1's pipe, and the events that tell why nothing comes from it.

Case 'nobody looks for the pipe any more' {
    # The script is over; whoever makes that pipe now must not be connected to.
    $on = New-TestHost -Root $Root -With @{ Faults = @{ 'Start-VM' = @{ Message = 'no' } } }
    $pipes = "$Root/pipes"
    $text = 'function Write-Verbose { param($Message) if ($Message -match "pipe\\(hvsmp-\S+)$") {
        [System.IO.File]::WriteAllText("$HvsmpStandIn/pipes", $Matches[1]) } }
        & $script @common'
    $run = Invoke-Script -On $on -Text $text
    Assert-Equal $run.Error 'no' 'the error'
    $server = New-Object -TypeName System.IO.Pipes.NamedPipeServerStream -ArgumentList @(
        [System.IO.File]::ReadAllText($pipes), [System.IO.Pipes.PipeDirection]::InOut, 1,
        [System.IO.Pipes.PipeTransmissionMode]::Byte, [System.IO.Pipes.PipeOptions]::Asynchronous)
    try { Assert-Equal $server.WaitForConnectionAsync().Wait(1500) $false 'somebody connects' } finally { $server.Dispose() }
}

Case 'a start that takes longer than -TimeoutSeconds' {
    $on = New-TestHost -Root $Root -With @{ Faults = @{ 'Set-VMComPort' = @{ After = $true } } }
    $text = 'Import-Module Hyper-V
        & (Get-Module Hyper-V) { $slow = $script:Behaviours["Start-VM"]
            $script:Behaviours["Start-VM"] = { Start-Sleep -Seconds 11; & $slow }.GetNewClosure() }
        & $script @common; $global:code = $LASTEXITCODE'
    Assert-Good (Invoke-Script -On $on -Arguments @{ TimeoutSeconds = 10 } -Text $text)
}

Case 'no pipe, a pipe that may not be opened' {
    . "$($global:Tests.Scripts)/serial.ps1"
    $pipe = Connect-HvsmpPipe -Name "hvsmp-$([guid]::NewGuid())"
    try { Wait-HvsmpPipe -Pipe $pipe -TimeoutSeconds 1; $seen = '' } catch { $seen = "$_" }
    Assert-Match $seen '^The virtual machine runs, but Hyper-V made no pipe' 'the error'
    Disconnect-HvsmpPipe -Pipe $pipe
    Assert-Equal $pipe.Task.IsCompleted $true 'the task is over'
    $no = New-Object -TypeName System.UnauthorizedAccessException
    $pipe = @{ Name = 'x'; Task = [System.Threading.Tasks.Task]::FromException($no) }
    try { Wait-HvsmpPipe -Pipe $pipe -TimeoutSeconds 1; $seen = '' } catch { $seen = "$_" }
    Assert-Match $seen 'run this as Administrator' 'the error'
}

Case 'the firmware gives up' {
    foreach ($id in 18603, 18604, 18605) {
        $on = New-TestHost -Root "$Root/$id" -Com1 @(@{ Wait = 120000 }) -With @{
            Events = @(@{ Id = 18602; AfterMs = 0; Message = 'VMID' }
                @{ Id = $id; AfterMs = 50; Message = "'VMNAME' failed to boot. (Virtual machine ID VMID)`r`n  Really." })
        }
        $run = Invoke-Script -On $on -Arguments @{ TimeoutSeconds = 20 }
        Assert-Match $run.Error "^The firmware boots nothing, event ${id}: 'hvsmp' failed to boot\. .* Really\.; the last line" 'the error'
        Assert-Equal @(Get-Content "$($on.Out)/events.log").Count 2 'events'
        Assert-Gone $on
    }
}

Case 'events of others, and a log that may not be read' {
    $on = New-TestHost -Root "$Root/others" -With @{ Events = @(@{ Id = 18605; AfterMs = 0; Message = 'another machine' }) } -Com1 @(
        @{ Wait = 5000 }, @{ Send = Get-SerialLog -Name ok })
    $run = Invoke-Script -On $on
    Assert-Good $run
    Assert-Equal (Get-Item $run.Objects[0].EventLog).Length 0 'events.log'
    $on = New-TestHost -Root "$Root/denied" -With @{ EventsDenied = $true } -Com1 @(
        @{ Wait = 3000 }, @{ Send = Get-SerialLog -Name ok })
    $run = Invoke-Script -On $on -Arguments @{ Remove = $true }
    Assert-Equal $run.Error '' 'the error'
    Assert-Equal $run.Objects[0].Verdict 'ok' 'the verdict'
    Assert-Match ($run.Warnings -join "`n") '^Microsoft-Windows-Hyper-V-Worker-Admin cannot be saved: Attempted' 'the warning'
    Assert-Gone $on
}
