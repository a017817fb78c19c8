# SPDX-License-Identifier: MIT
# The kernel's options on the disk, and the questions that are asked.

Case 'options' {
    $on = New-TestHost -Root $Root
    Assert-Good (Invoke-Script -On $on -Arguments @{ CommandLine = 'start=sipi log=verbose'; Remove = $true })
    Assert-Equal (Get-Options -On $on) "start=sipi log=verbose`n" 'hvsmp.cfg'
    Assert-Gone $on
}

Case 'no option at all is one, too' {
    $on = New-TestHost -Root $Root
    Assert-Good (Invoke-Script -On $on -Arguments @{ CommandLine = ''; Remove = $true })
    Assert-Equal (Get-Options -On $on) "`n" 'hvsmp.cfg'
}

Case 'a disk that takes its time' {
    $on = New-TestHost -Root $Root -With @{ DiskMs = 3000 }
    Assert-Good (Invoke-Script -On $on -Arguments @{ CommandLine = 'audit=on'; Remove = $true })
    Assert-Equal (Get-Options -On $on) "audit=on`n" 'hvsmp.cfg'
}

# A case each, for each waits until it gives up.
Case 'a disk that never appears' {
    $on = New-TestHost -Root $Root -With @{ DiskMs = 60000 }
    Assert-Refused $on (Invoke-Script -On $on -Arguments @{ CommandLine = 'x' }) 'Windows shows no partition of it'
}

Case 'a disk without partitions' {
    $on = New-TestHost -Root $Root -With @{ Partitions = @() }
    Assert-Refused $on (Invoke-Script -On $on -Arguments @{ CommandLine = 'x' }) 'No MSFT_Partition objects found'
}

Case 'a disk without an EFI system partition' {
    $on = New-TestHost -Root $Root -With @{ Partitions = @('{ebd0a0a2-b9e5-4433-87c0-68b6b72699c7}') }
    Assert-Refused $on (Invoke-Script -On $on -Arguments @{ CommandLine = 'x' }) 'it has 0 EFI system partitions, not one'
}

Case 'a disk with two of them' {
    $on = New-TestHost -Root $Root -With @{ Partitions = @('{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}') * 2 }
    Assert-Refused $on (Invoke-Script -On $on -Arguments @{ CommandLine = 'x' }) 'it has 2 EFI system partitions, not one'
}

Case 'a mount that fails' {
    foreach ($cmdlet in 'Mount-VHD', 'Add-PartitionAccessPath', 'Remove-PartitionAccessPath') {
        $on = New-TestHost -Root "$Root/$cmdlet" -With @{ Faults = @{ $cmdlet = @{ Message = "Access is denied ($cmdlet)" } } }
        $run = Invoke-Script -On $on -Arguments @{ CommandLine = 'x' }
        Assert-Match $run.Error "^Access is denied \($cmdlet\)" 'the error'
        Assert-Equal ($run.Written -join '; ') '' 'errors that stopped nothing'
        Assert-Equal @($run.Calls -match '^New-VM').Count 0 'machines that were made'
        Assert-Equal (Get-Machines -On $on).Count 0 'machines'
        Assert-Equal (Get-Content "$($on.Root)/disks.json" -Raw).Trim() '{}' 'mounted disks'
    }
}

Case 'Ctrl+C inside Mount-VHD' {
    $on = New-TestHost -Root $Root -With @{ Faults = @{ 'Mount-VHD' = @{ After = $true; Seconds = 60 } } }
    $null = Invoke-Script -On $on -Arguments @{ CommandLine = 'x' } -StopWhen {
        (Get-Content "$Root/disks.json" -Raw) -match 'vhdx'
    }
    Assert-Gone $on
}

Case '-Confirm asks once' {
    $on = New-TestHost -Root $Root
    $run = Invoke-Script -On $on -Arguments @{ CommandLine = 'x'; Confirm = $true; Remove = $true }
    Assert-Good $run
    Assert-Equal $run.Questions.Count 1 "questions ($($run.Questions -join '; '))"
    Assert-Gone $on
}

Case '-Confirm, and the answer is no' {
    $on = New-TestHost -Root $Root
    $run = Invoke-Script -On $on -Arguments @{ CommandLine = 'x'; Confirm = $true } -Answer 'No'
    Assert-Equal "$($run.Error)$($run.Written)" '' 'errors'
    Assert-Equal $run.Questions.Count 1 'questions'
    Assert-Equal (Test-Path $on.Out) $false 'a folder that nobody needs'
    Assert-Gone $on
}

Case 'who is asked at everything is asked once here' {
    $on = New-TestHost -Root $Root
    $run = Invoke-Script -On $on -Arguments @{ CommandLine = 'x'; Remove = $true } -Globals @{ ConfirmPreference = 'Low' }
    Assert-Good $run
    Assert-Equal $run.Questions.Count 1 "questions ($($run.Questions -join '; '))"
}

Case '-WhatIf' {
    $on = New-TestHost -Root $Root
    $run = Invoke-Script -On $on -Arguments @{ CommandLine = 'x'; WhatIf = $true }
    Assert-Equal "$($run.Error)$($run.Written)" '' 'errors'
    Assert-Equal (Test-Path $on.Out) $false 'a folder that nobody needs'
}
