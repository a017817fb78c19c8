# SPDX-License-Identifier: MIT
<#
The tests' answers in the place of scripts/hyperv/windows.ps1, the one file of the script that needs
Windows.
#>
Import-Module -Name HvsmpWindows

function Get-HvsmpWindows { return (Get-StandInSetting).Windows }

function Get-HvsmpAttribute {
    param([string]$Path)

    $flags = (Get-StandInSetting).Attributes[$Path]
    if (-not $flags) { $flags = 'Normal' }
    return [System.IO.FileAttributes]$flags
}
