# SPDX-License-Identifier: MIT
# What the host must have: a clear message before anything is made.

Case 'hosts that will not do' {
    $hosts = @(
        @{ Windows = @{ Architecture = 'ARM64' }; Says = "^This host's architecture is ARM64" }
        @{ Windows = @{ Build = 14393 }; Says = 'this is build 14393\. Use Windows PowerShell: powershell -ExecutionPolicy Bypass -File' }
        @{ Windows = @{ Build = 17762 }; Says = 'this is build 17762' }
        @{ Windows = @{ IsAdministrator = $false }; Says = '^Run this in a PowerShell that was started as Administrator' }
        @{ Windows = @{ IsAdministrator = $false; IsHyperVAdministrator = $true }; Arguments = @{ CommandLine = 'x' }; Says = 'as Administrator' }
        @{ With = @{ Service = '' }; Says = '^The Hyper-V role is not enabled' }
        @{ With = @{ Service = 'Stopped' }; Says = '^The Hyper-V role is not enabled' }
        @{ With = @{ LogicalProcessors = 3 }; Says = '^This host has 3 logical processors' }
    )
    foreach ($one in $hosts) {
        $more = @{}
        foreach ($key in 'Windows', 'With') { if ($one[$key]) { $more[$key] = $one[$key] } }
        $on = New-TestHost -Root "$Root/$([guid]::NewGuid())" @more
        $arguments = if ($one['Arguments']) { $one.Arguments } else { @{} }
        $run = Invoke-Script -On $on -Arguments $arguments
        Assert-Match $run.Error $one.Says 'the error'
        Assert-Equal (Test-Path $on.Out) $false "a folder that nobody needs ($($one.Says))"
    }
}

Case 'hosts that do' {
    $on = New-TestHost -Root "$Root/1" -Windows @{ Build = 17763 }
    Assert-Good (Invoke-Script -On $on)
    $on = New-TestHost -Root "$Root/2" -Windows @{ IsAdministrator = $false; IsHyperVAdministrator = $true }
    Assert-Good (Invoke-Script -On $on)
}

Case 'no Hyper-V module' {
    $on = New-TestHost -Root $Root
    $text = '$PSModuleAutoLoadingPreference = "None"; & $script @common'
    $run = Invoke-Script -On $on -Text ('Import-Module Microsoft.PowerShell.Management, Microsoft.PowerShell.Utility, HvsmpWindows; ' + $text)
    Assert-Match $run.Error '^The Hyper-V module for PowerShell is not installed' 'the error'
}

Case 'a compressed or encrypted folder, an encrypted image' {
    $places = @(
        @{ Where = 'parent'; Flag = 'Compressed, Directory' }, @{ Where = 'parent'; Flag = 'Directory, Encrypted' }
        @{ Where = 'out'; Flag = 'Compressed, Directory' }, @{ Where = 'image'; Flag = 'Archive, Encrypted' }
    )
    foreach ($place in $places) {
        $at = "$Root/$([guid]::NewGuid())"
        $on = New-TestHost -Root $at
        $on.Out = "$at/parent/new/out"
        $null = New-Item -ItemType Directory -Path "$at/parent"
        if ($place.Where -eq 'out') { $null = New-Item -ItemType Directory -Path $on.Out }
        $path = @{ parent = "$at/parent"; out = $on.Out; image = $on.Image }[$place.Where]
        Set-TestHost -On $on -To @{ Attributes = @{ $path = $place.Flag } }
        $run = Invoke-Script -On $on
        Assert-Match $run.Error '^\S+ is (compressed|encrypted), and so would be the copy .*0xC03A001A' 'the error'
        Assert-That $run.Error.StartsWith($path) "$($run.Error) does not name $path"
        Assert-Equal (Test-Path "$($on.Out)/vm") $false 'a folder that nobody needs'
    }
    # A compressed image does no harm: the copy is as its folder.
    $on = New-TestHost -Root "$Root/harmless"
    Set-TestHost -On $on -To @{ Attributes = @{ $on.Image = 'Archive, Compressed' } }
    Assert-Good (Invoke-Script -On $on)
}

Case 'not Windows; exit codes of a process' {
    $results = foreach ($os in 'Windows_NT', 'Linux') {
        foreach ($log in 'ok', 'degraded', 'failed') {
            $on = New-TestHost -Root "$Root/$os-$log" -Log $log
            $arguments = @('-NoProfile', '-NonInteractive', '-File', "$($global:Tests.Scripts)/New-HvsmpVM.ps1", '-VhdxPath', $on.Image,
                '-OutputPath', $on.Out, '-Remove')
            $seen = & /usr/bin/env "HVSMP_STANDIN=$($on.Root)" "OS=$os" $global:Tests.Pwsh @arguments 2>&1 | Out-String
            if ($os -eq 'Linux') { Assert-Match $seen 'This needs a Windows host' 'the error' }
            $LASTEXITCODE
            if ($os -eq 'Linux') { break }
        }
    }
    Assert-Equal ($results -join ' ') '0 2 3 1' 'exit codes'
}
