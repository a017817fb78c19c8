# SPDX-License-Identifier: MIT
<#
What only Windows itself can say about the host and its files. Dot-sourced by New-HvsmpVM.ps1. Nothing
is decided here: the tests, which run on Linux, put their own answers in this file's place.
#>

# Build number, architecture of the machine (whatever this process is), what the user may do.
function Get-HvsmpWindows {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()

    $me = New-Object -TypeName System.Security.Principal.WindowsPrincipal -ArgumentList (
        [System.Security.Principal.WindowsIdentity]::GetCurrent())
    $group = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-32-578'
    $machine = Get-ItemProperty -LiteralPath (
        'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment') -Name PROCESSOR_ARCHITECTURE
    return @{
        Build                 = [System.Environment]::OSVersion.Version.Build
        Architecture          = $machine.PROCESSOR_ARCHITECTURE
        IsAdministrator       = $me.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
        IsHyperVAdministrator = $me.IsInRole($group)
    }
}

# Of a file or folder that is there: a set of flags, among them Compressed and Encrypted.
function Get-HvsmpAttribute {
    [CmdletBinding()]
    [OutputType([System.IO.FileAttributes])]
    param([string]$Path)

    return [System.IO.File]::GetAttributes($Path)
}
