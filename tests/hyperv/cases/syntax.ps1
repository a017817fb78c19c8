# SPDX-License-Identifier: MIT
# What can be told from the text alone: that Windows PowerShell 5.1, which no test has, understands it.

Case 'syntax that Windows PowerShell 5.1 has' {
    . "$($global:Tests.Here)/syntax.ps1"
    $parts = @(Get-ChildItem -Path "$($global:Tests.Source)/*.ps1")
    Assert-That ($parts.Count -ge 6) "only $($parts.Count) files"
    foreach ($part in $parts) {
        $found = Find-NewSyntax -Text (Get-Content -LiteralPath $part -Raw)
        Assert-Equal ($found -join '; ') '' $part.Name
    }
}

Case 'the check of the syntax sees what 5.1 has not' {
    . "$($global:Tests.Here)/syntax.ps1"
    $new = @('$a ? 1 : 2', '$a ?? 2', '$a ??= 2', 'Get-Item x && Get-Item y', 'Get-Item x || exit', '${a}?.Length', '${a}?[0]', 'Get-Item x &'
        '1uy', '7u', '0b11', 'function f { clean { } }', '"`e[0m"', '"`u{41}"'
        'Join-Path -Path a -ChildPath b -AdditionalChildPath c', 'ConvertFrom-Json -InputObject x -AsHashtable', 'Test-Json x'
        'ls', 'if (', '$IsWindows', '[System.OperatingSystem]::IsWindows()')
    $missed = @($new | Where-Object { -not (Find-NewSyntax -Text $_) })
    # Types and their members are not looked up.
    Assert-Equal ($missed -join '; ') '[System.OperatingSystem]::IsWindows()' 'missed'
    Assert-Equal (@(Find-NewSyntax -Text 'if ($a -and -not $b) { Join-Path -Path "a`n" -ChildPath b | Select-Object -First 1 }') -join '; ') '' 'an alarm for nothing'
}

Case 'calls and splats have the parameters that there are' {
    # Every cmdlet and every function that is called, by its name; those of the script by their own text.
    . "$($global:Tests.Here)/syntax.ps1"
    $functions = @{}
    $asts = foreach ($part in Get-ChildItem -Path "$($global:Tests.Source)/*.ps1") {
        [System.Management.Automation.Language.Parser]::ParseFile($part.FullName, [ref]$null, [ref]$null)
    }
    foreach ($ast in $asts) {
        foreach ($f in Find-Ast $ast FunctionDefinitionAst) {
            Assert-That (-not $functions.ContainsKey($f.Name)) "$($f.Name) is defined twice"
            $functions[$f.Name] = @($f.Body.ParamBlock.Parameters | ForEach-Object { $_.Name.VariablePath.UserPath })
        }
    }
    $called = @{}
    foreach ($ast in $asts) {
        foreach ($call in Find-Ast $ast CommandAst) {
            $name = $call.GetCommandName()
            if (-not $name -or $name -notmatch '-Hvsmp') { continue }
            Assert-That $functions.ContainsKey($name) "$name is called, and nowhere defined"
            $called[$name] = $true
            foreach ($element in $call.CommandElements) {
                if ($element -isnot [System.Management.Automation.Language.CommandParameterAst]) { continue }
                Assert-That ($functions[$name] -contains $element.ParameterName) "$name has no -$($element.ParameterName)"
            }
        }
    }
    Assert-Equal (@($functions.Keys | Where-Object { -not $called[$_] }) -join ' ') '' 'functions that nobody calls'
}

Case 'what the tests replace defines what the script has there' {
    . "$($global:Tests.Here)/syntax.ps1"
    $names = foreach ($file in "$($global:Tests.Source)/windows.ps1", "$($global:Tests.Here)/windows.ps1") {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref]$null, [ref]$null)
        @(foreach ($f in Find-Ast $ast FunctionDefinitionAst) {
                $parameters = if ($f.Body.ParamBlock) { $f.Body.ParamBlock.Parameters | ForEach-Object { $_.Name } }
                "$($f.Name)($($parameters -join ', '))"
            }) -join ' '
    }
    Assert-Equal $names[1] $names[0] 'functions'
    $keys = { param($Text) @([regex]::Matches($Text, '(?m)^        (\w+) +=') | ForEach-Object { $_.Groups[1].Value } | Sort-Object) -join ' ' }
    $on = New-TestHost -Root $Root
    $facts = (Get-Content -LiteralPath "$($on.Root)/settings.json" -Raw | ConvertFrom-Json -AsHashtable).Windows
    Assert-Equal (@($facts.Keys | Sort-Object) -join ' ') (& $keys (Get-Content "$($global:Tests.Source)/windows.ps1" -Raw)) 'facts'
}
