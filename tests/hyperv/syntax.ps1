# SPDX-License-Identifier: MIT
<#
Finds in a text what PowerShell 7 takes and Windows PowerShell 5.1 does not: syntax by its tree, and
cmdlets and parameters by a table of those that are used and that the documentation of 5.1 has.
#>
$script:Common = 'ErrorAction', 'WarningAction', 'InformationAction', 'Verbose', 'Confirm', 'WhatIf'
# Looked up in Microsoft's reference of 5.1. A call of anything else is reported: look it up, then add it.
$script:Known = @{
    'ConvertFrom-Json' = 'InputObject'; 'Copy-Item' = 'LiteralPath', 'Destination'; 'ForEach-Object' = 'Process'
    'Get-Command' = 'Name'; 'Get-Item' = 'LiteralPath'; 'Get-ItemProperty' = 'LiteralPath', 'Name'
    'Get-Service' = 'Name'; 'Get-WinEvent' = 'FilterHashtable', 'Oldest'; 'Join-Path' = 'Path', 'ChildPath'
    'New-Item' = 'Path', 'ItemType', 'Force'; 'New-Object' = 'TypeName', 'ArgumentList'
    'Remove-Item' = 'LiteralPath', 'Recurse', 'Force'; 'Select-Object' = 'First', 'Last'
    'Set-ItemProperty' = 'LiteralPath', 'Name', 'Value'; 'Set-StrictMode' = 'Version'
    'Split-Path' = 'Path', 'Parent'; 'Start-Sleep' = 'Milliseconds'; 'Test-Path' = 'LiteralPath', 'PathType'
    'Where-Object' = 'FilterScript', 'Property', 'EQ', 'Value'; 'Write-Information' = 'MessageData'
    'Write-Verbose' = 'Message'; 'Write-Warning' = 'Message'
}
# Variables that 5.1 does not set.
$script:NewVariables = 'IsWindows', 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'EnabledExperimentalFeatures'

function Find-Ast {
    param($Ast, [string]$Type)
    $wanted = "System.Management.Automation.Language.$Type" -as [type]
    if (-not $wanted) { throw "no type $Type" }
    $Ast.FindAll({ param($node) $node -is $wanted }.GetNewClosure(), $true)
}

function Find-NewSyntax {
    param([string]$Text)

    $tokens = $null
    $errors = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref]$tokens, [ref]$errors)
    foreach ($e in $errors) { "$($e.Extent.StartLineNumber): $($e.Message)" }
    foreach ($node in $ast.FindAll({ $true }, $true)) {
        $line = $node.Extent.StartLineNumber
        switch ($node.GetType().Name) {
            'TernaryExpressionAst' { "${line}: a ternary" }
            'PipelineChainAst' { "${line}: a chain of pipelines" }
            'PipelineAst' { if ($node.Background) { "${line}: a background job" } }
            'ScriptBlockAst' { if ($node.CleanBlock) { "${line}: a clean block" } }
            'VariableExpressionAst' { if ($node.VariablePath.UserPath -in $script:NewVariables) { "${line}: `$$($node.VariablePath)" } }
            { $_ -in 'MemberExpressionAst', 'InvokeMemberExpressionAst', 'IndexExpressionAst' } {
                if ($node.NullConditional) { "${line}: a null-conditional access" }
            }
            'CommandAst' {
                $name = "$($node.GetCommandName())" -replace '^Hyper-V\\'
                # Those of Hyper-V and Storage are held against their documentation when they are called.
                if (-not $name -or $name -match '-Hvsmp|-VM|-VHD|-Partition') { continue }
                if (-not $script:Known.ContainsKey($name)) { "${line}: $name"; continue }
                foreach ($element in $node.CommandElements) {
                    if ($element -isnot [System.Management.Automation.Language.CommandParameterAst]) { continue }
                    if ($element.ParameterName -notin @($script:Known[$name]) + $script:Common) { "${line}: $name -$($element.ParameterName)" }
                }
            }
        }
    }
    foreach ($token in $tokens) {
        $line = $token.Extent.StartLineNumber
        if ($token.Kind -in 'QuestionQuestion', 'QuestionQuestionEquals') { "${line}: $($token.Text)" }
        if ($token.Kind -eq 'Number' -and $token.Text -match '^0b|(u|y|s|n)[kmgtp]?b?$' -and $token.Text -notmatch '^0x') { "${line}: $($token.Text)" }
        if ($token -is [System.Management.Automation.Language.StringExpandableToken] -and $token.Text -match '(?<!`)`(e|u\{)') { "${line}: $($token.Text)" }
    }
}
