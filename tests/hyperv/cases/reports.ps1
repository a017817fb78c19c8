# SPDX-License-Identifier: MIT
# What COM1 may bring, and what the script makes of it.

Case 'a good boot' {
    $on = New-TestHost -Root $Root
    $run = Invoke-Script -On $on
    Assert-Good $run
    $seen = $run.Objects[0]
    Assert-Equal "$($seen.Online) of $($seen.Expected)" '2 of 2' 'processors'
    Assert-That ($seen.Seconds -gt 0 -and $seen.Seconds -lt $run.Seconds) "$($seen.Seconds) s"
    Assert-Match ($run.Shown -join "`n") '(?m)^hvsmp .*: image at' 'what is shown'
    Assert-Equal @($run.Shown -match '^@report|BdsDxe').Count 0 'lines that nobody wants to see'
    Assert-Equal (Test-Path "$($on.Root)/lost.log") $false 'lost output'
    $log = Get-Content -LiteralPath $seen.SerialLog
    Assert-Match $log[2] '^hvsmp .*: image at' 'the third line of serial.log'
    Assert-Equal $log[-1] 'verdict: ok - 2 of 2 processors online' 'the last line of serial.log'
    $report = Get-Content -LiteralPath $seen.ReportPath -Raw | ConvertFrom-Json
    Assert-Equal $report.online 2 'report.json'
}

Case 'degraded and failed' {
    foreach ($verdict in 'degraded', 'failed') {
        $on = New-TestHost -Root "$Root/$verdict" -Log $verdict
        $run = Invoke-Script -On $on -Arguments @{ Remove = $true }
        Assert-Good $run -Verdict $verdict
        Assert-Equal $run.Objects[0].Report.verdict $verdict 'the report'
        Assert-Gone $on
    }
}

Case 'mode=bench' {
    $on = New-TestHost -Root $Root -Log bench
    $run = Invoke-Script -On $on -Arguments @{ CommandLine = 'mode=bench'; Remove = $true }
    Assert-Good $run
    Assert-Equal $run.Objects[0].Report.schema 'hvsmp-bench/1' 'the schema'
    Assert-Equal $run.Objects[0].Online '' 'processors online'
    Assert-Equal (Split-Path -Path $run.Objects[0].ReportPath -Leaf) 'bench.json' 'the file'
    Assert-Equal @($run.Shown -match '^@bench').Count 0 'lines that nobody wants to see'
    Assert-Equal (Get-Options -On $on) "mode=bench`n" 'the options on the disk'
}

Case 'mode=conformance' {
    $on = New-TestHost -Root $Root -Log conformance
    $run = Invoke-Script -On $on -Arguments @{ Remove = $true }
    Assert-Good $run
    Assert-Equal (Split-Path -Path $run.Objects[0].ReportPath -Leaf) 'conformance.json' 'the file'
    Assert-That ($run.Objects[0].Report.rows.Count -gt 50) 'no rows'
}

Case '1024 processors' {
    $on = New-TestHost -Root $Root -Log 1024
    $run = Invoke-Script -On $on -Arguments @{ ProcessorCount = 1024; Remove = $true }
    Assert-Good $run
    Assert-Equal $run.Objects[0].Online 1024 'processors online'
}

Case 'a log in pieces, and the firmware of another run before it' {
    $noise = [byte[]](0..255) * 8 + [byte[]](10)
    $on = New-TestHost -Root $Root
    Set-TestHost -On $on -To @{ Com1 = @(
            @{ Wait = 300 }, @{ Send = New-SerialLog -On $on -Bytes $noise; Chunk = 100 }
            @{ Send = Get-SerialLog -Name ok; Chunk = 7 }) }
    Assert-Good (Invoke-Script -On $on)
}

Case 'a panic' {
    $on = New-TestHost -Root $Root -Log panic -With @{
        Events = @(@{ Id = 18590; AfterMs = 100; Message = "'VMNAME' has encountered a fatal error. (Virtual machine ID VMID)`n code 0x13" }
            @{ Id = 18590; AfterMs = 100; Message = "another machine's" })
    }
    $run = Invoke-Script -On $on
    Assert-Match $run.Error '^The kernel panicked: PANIC: on purpose' 'the error'
    Assert-Match (Get-Content "$($on.Out)/serial.log" -Raw) 'the host has been told' 'serial.log'
    Assert-Gone $on
    $events = @(Get-Content "$($on.Out)/events.log")
    Assert-Equal $events.Count 1 'events'
    Assert-Match $events[0] "^20\S+ 18590 Error: 'hvsmp' has encountered .* code 0x13$" 'the event'
}

Case 'silence' {
    $on = New-TestHost -Root $Root -Com1 @(@{ Wait = 60000 })
    $run = Invoke-Script -On $on -Arguments @{ TimeoutSeconds = 10 }
    Assert-Equal $run.Error 'Time-out after 10 s without a report; the last line on COM1 was: nothing' 'the error'
    Assert-Gone $on
}

Case 'half a line, then silence' {
    $on = New-TestHost -Root $Root
    $half = New-SerialLog -On $on -Text "hvsmp v1: image at 0x1`r`nhypercall page at 0x2, boot proc"
    Set-TestHost -On $on -To @{ Com1 = @(@{ Wait = 300 }, @{ Send = $half }) }
    $run = Invoke-Script -On $on -Arguments @{ TimeoutSeconds = 10 }
    Assert-Match $run.Error 'the last line on COM1 was: hypercall page at 0x2, boot proc$' 'the error'
    Assert-Equal (Get-Content "$($on.Out)/serial.log")[-1] 'hypercall page at 0x2, boot proc' 'serial.log'
    Assert-Gone $on
}

Case 'half a line, then Ctrl+C' {
    $on = New-TestHost -Root $Root
    $half = New-SerialLog -On $on -Text "hvsmp v1: image at 0x1`r`nhypercall page at 0x2, boot proc"
    Set-TestHost -On $on -To @{ Com1 = @(@{ Wait = 300 }, @{ Send = $half }) }
    $log = "$($on.Out)/serial.log"
    $null = Invoke-Script -On $on -StopWhen {
        (Test-Path $log) -and (Get-Content $log -Raw) -match 'image' -and $(Start-Sleep -Milliseconds 300; $true)
    }
    Assert-Equal @(Get-Content $log)[-1] 'hypercall page at 0x2, boot proc' 'serial.log'
    Assert-Gone $on
}

Case 'it goes off in the middle of a line' {
    $on = New-TestHost -Root $Root
    $half = New-SerialLog -On $on -Text "hvsmp v1: image at 0x1`r`nhyperc"
    Set-TestHost -On $on -To @{ Com1 = @(@{ Wait = 300 }, @{ Send = $half }, @{ Wait = 200 }, @{ Off = $true }) }
    $run = Invoke-Script -On $on
    Assert-Equal $run.Error 'The virtual machine went off, or was reset, without a report; the last line on COM1 was: hyperc' 'the error'
    Assert-Gone $on
}

Case 'garbage' {
    $on = New-TestHost -Root $Root
    $random = New-Object -TypeName System.Random -ArgumentList 20
    $bytes = New-Object -TypeName 'byte[]' -ArgumentList 100000
    $random.NextBytes($bytes)
    Set-TestHost -On $on -To @{ Com1 = @(@{ Wait = 300 }, @{ Send = New-SerialLog -On $on -Bytes $bytes }) }
    $run = Invoke-Script -On $on -Arguments @{ TimeoutSeconds = 10 }
    Assert-Match $run.Error '^Time-out after 10 s without a report; the last line on COM1 was: ' 'the error'
    Assert-That ($run.Error -notmatch '[\x00-\x1f]') 'control characters in the error'
    Assert-Gone $on
}

Case 'reports that are none' {
    $texts = [ordered]@{
        "@report {`"schema`":`"hvsmp-rep`n"                                            = '^The report is not JSON: '
        "@report {}`nverdict: ok`n"                                                    = 'is not of the schema hvsmp-report/2'
        "@report 7`nverdict: ok`n"                                                     = 'is not of the schema'
        "@bench {`"schema`":`"hvsmp-bench/9`"}`nverdict: ok`n"                          = 'is not of the schema hvsmp-bench/1'
        "@report {`"schema`":`"hvsmp-report/2`",`"verdict`":`"fine`"}`nverdict: ok`n"   = "verdict is 'fine'"
        "@report {}`n@report {}`nverdict: ok`n"                                        = 'printed 2 reports'
        "verdict: ok`n"                                                                = 'no report line'
    }
    foreach ($text in $texts.Keys) {
        $on = New-TestHost -Root "$Root/$([guid]::NewGuid())"
        Set-TestHost -On $on -To @{ Com1 = @(@{ Wait = 300 }, @{ Send = New-SerialLog -On $on -Text $text }, @{ Wait = 200 }, @{ Off = $true }) }
        $run = Invoke-Script -On $on
        Assert-Match $run.Error $texts[$text] $text
        Assert-Gone $on
    }
}
