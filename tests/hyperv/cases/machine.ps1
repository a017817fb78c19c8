# SPDX-License-Identifier: MIT
# The virtual machine's life: how it is made, how it ends, what stays.

Case 'the machine as it is made' {
    $on = New-TestHost -Root $Root
    $run = Invoke-Script -On $on -Arguments @{ Name = 'big.one'; ProcessorCount = 64; MemoryMB = 2048; SecureBoot = 'On' }
    Assert-Good $run
    $vm = (Get-Machines -On $on)[0]
    Assert-Equal "$($vm.Name) $($vm.State) $($vm.Generation) $($vm.Memory) $($vm.NetworkAdapters)" "big.one Off 2 $(2GB) 0" 'the machine'
    Assert-Equal $vm.Set.'Set-VMProcessor'.Count 64 'processors'
    Assert-Equal $vm.Set.'Set-VMMemory'.DynamicMemoryEnabled $false 'dynamic memory'
    Assert-Equal "$($vm.Set.'Set-VM'.CheckpointType) $($vm.Set.'Set-VM'.AutomaticCheckpointsEnabled)" 'Disabled False' 'checkpoints'
    $firmware = $vm.Set.'Set-VMFirmware'
    Assert-Equal "$($firmware.EnableSecureBoot) $($firmware.SecureBootTemplate)" 'On MicrosoftUEFICertificateAuthority' 'Secure Boot'
    Assert-Equal $firmware.FirstBootDevice.Path "$($on.Out)/vm/hvsmp.vhdx" 'what it boots from'
    Assert-Equal "$($vm.Set.'Set-VMComPort'.Number) $($vm.Set.'Set-VMComPort'.Path)" "1 \\.\pipe\hvsmp-$($vm.Id)" 'COM1'
}

Case 'x2APIC above 255 processors, where the host offers it' {
    foreach ($count in 255, 256) {
        foreach ($offered in $true, $false) {
            $on = New-TestHost -Root "$Root/$count-$offered" -With @{ HasApicMode = $offered }
            Assert-Good (Invoke-Script -On $on -Arguments @{ ProcessorCount = $count })
            $set = (Get-Machines -On $on)[0].Set.'Set-VMProcessor'
            $mode = if ($set.PSObject.Properties['ApicMode']) { $set.ApicMode } else { 'not set' }
            Assert-Equal $mode $(if ($offered -and $count -gt 255) { 'x2Apic' } else { 'not set' }) "$count, $offered"
        }
    }
}

Case 'the commands that remove what stays' {
    $on = New-TestHost -Root $Root
    $on.Out = "$Root/it's out"
    $text = '& $script @common; $global:code = $LASTEXITCODE'
    $run = Invoke-Script -On $on -Text $text
    Assert-Good $run
    $commands = (Get-Commands $run)
    Assert-Equal $commands.Count 2 'commands'
    Assert-Equal (Get-Machines -On $on)[0].State 'Off' 'the machine'
    $run = Invoke-Script -On $on -Text ($commands -join "`n")
    Assert-Equal "$($run.Error)$($run.Written)" '' 'the error'
    Assert-Gone $on
}

Case '-KeepOnFailure' {
    $on = New-TestHost -Root $Root -Log panic
    $run = Invoke-Script -On $on -Arguments @{ KeepOnFailure = $true }
    Assert-Match $run.Error '^The kernel panicked' 'the error'
    Assert-Equal (Get-Machines -On $on)[0].State 'Running' 'the machine'
    Assert-That (Test-Path "$($on.Out)/vm/hvsmp.vhdx") 'the disk is gone'
    $commands = (Get-Commands $run)
    Assert-Equal $commands.Count 2 'commands'
    $run = Invoke-Script -On $on -Text ($commands -join "`n")
    Assert-Equal "$($run.Error)$($run.Written)" '' 'the error'
    Assert-Gone $on
}

Case '-KeepOnFailure, and Ctrl+C' {
    $on = New-TestHost -Root $Root -Com1 @(@{ Wait = 60000 })
    $run = Invoke-Script -On $on -Arguments @{ KeepOnFailure = $true } -StopWhen {
        (Test-Path "$($on.Out)/serial.log") -and $(Start-Sleep -Milliseconds 300; $true)
    }
    Assert-Equal (Get-Machines -On $on).Count 1 'machines'
    Assert-Equal (Get-Commands $run).Count 2 'commands'
}

Case '-KeepOnFailure keeps no folder without a machine' {
    $on = New-TestHost -Root $Root -With @{ Faults = @{ 'New-VM' = @{ Message = 'not enough memory' } } }
    $run = Invoke-Script -On $on -Arguments @{ KeepOnFailure = $true }
    Assert-Match $run.Error 'not enough memory' 'the error'
    Assert-Gone $on
}

Case 'it goes off by itself after its report' {
    $on = New-TestHost -Root $Root -Com1 @(@{ Wait = 300 }, @{ Send = Get-SerialLog -Name poweroff }, @{ Off = $true })
    Assert-Good (Invoke-Script -On $on -Arguments @{ Remove = $true })
    Assert-Gone $on
}

Case 'it goes off by itself while it is turned off' {
    $on = New-TestHost -Root $Root -Log poweroff -With @{ GoesOffBy = 'itself' }
    Assert-Good (Invoke-Script -On $on -Arguments @{ Remove = $true })
    Assert-Gone $on
}

Case 'files that are in use for a moment' {
    $on = New-TestHost -Root $Root
    [System.IO.File]::WriteAllText("$Root/busy", '')
    [System.IO.File]::SetLastWriteTimeUtc("$Root/busy", [datetime]::UtcNow.AddSeconds(8))
    Assert-Good (Invoke-Script -On $on -Arguments @{ Remove = $true })
    Assert-Gone $on
}

Case 'files that stay in use' {
    $on = New-TestHost -Root $Root
    [System.IO.File]::WriteAllText("$Root/busy", '')
    [System.IO.File]::SetLastWriteTimeUtc("$Root/busy", [datetime]::UtcNow.AddHours(1))
    $run = Invoke-Script -On $on -Arguments @{ Remove = $true }
    Assert-Equal $run.Error '' 'the error'
    Assert-Equal $run.Objects[0].Verdict 'ok' 'the verdict'
    Assert-Match ($run.Warnings -join "`n") '^Not all was removed of hvsmp and .*being used by another process' 'the warning'
    Assert-Match ($run.Shown -join "`n") "(?m)^  Remove-Item -LiteralPath '.*vm' -Recurse -Force" 'the command'
}

Case 'Ctrl+C inside New-VM' {
    $on = New-TestHost -Root $Root -With @{ Faults = @{ 'New-VM' = @{ After = $true; Seconds = 60 } } }
    $null = Invoke-Script -On $on -StopWhen { @(Get-ChildItem "$Root/machines").Count }
    Assert-Gone $on
}

Case 'a machine of that name elsewhere is not touched' {
    $on = New-TestHost -Root $Root -With @{ Faults = @{ 'New-VM' = @{ Message = 'no' } } }
    $theirs = @{ Id = [guid]::NewGuid(); Name = 'hvsmp'; Path = '/elsewhere/hvsmp'; State = 'Off'; Set = @{} }
    # It comes after the script has looked.
    [System.IO.File]::WriteAllText("$Root/theirs", (ConvertTo-Json $theirs))
    $text = 'function Copy-Item { param($LiteralPath, $Destination)
        Microsoft.PowerShell.Management\Copy-Item @PSBoundParameters
        [System.IO.File]::Copy("$HvsmpStandIn/theirs", "$HvsmpStandIn/machines/' + $theirs.Id + '") }
        & $script @common'
    $run = Invoke-Script -On $on -Text $text
    Assert-Match $run.Error '^no$' 'the error'
    Assert-Equal (Get-Machines -On $on)[0].Path '/elsewhere/hvsmp' 'their machine'
    Assert-Equal (Test-Path "$($on.Out)/vm") $false 'our folder'
}

Case 'a name that is taken, a folder that is there, a file that is no disk' {
    $on = New-TestHost -Root $Root
    Assert-Good (Invoke-Script -On $on)
    $run = Invoke-Script -On $on
    Assert-Match $run.Error '^There is a virtual machine named hvsmp already' 'the error'
    $run = Invoke-Script -On $on -Arguments @{ Name = 'other' }
    Assert-Match $run.Error 'vm is there already' 'the error'
    $run = Invoke-Script -On $on -Arguments @{ Name = 'other'; OutputPath = "$Root/2"; VhdxPath = "$Root/settings.json" }
    Assert-Match $run.Error "does not begin with 'vhdxfile'" 'the error'
    $run = Invoke-Script -On $on -Arguments @{ Name = 'other'; OutputPath = "$Root/2"; VhdxPath = "$Root/nothing" }
    Assert-Match $run.Error '^There is no file' 'the error'
    Assert-Equal (Test-Path "$Root/2") $false 'a folder that nobody needs'
    Assert-Equal (Get-Machines -On $on).Count 1 'machines'
}

Case 'a machine that does not start' {
    $on = New-TestHost -Root $Root -With @{ Faults = @{ 'Start-VM' = @{ Message = 'Not enough memory in the system' } } }
    $run = Invoke-Script -On $on
    Assert-Match $run.Error '^Not enough memory' 'the error'
    Assert-Gone $on
}
