# SPDX-License-Identifier: MIT
<#
A stand-in for the Storage module. As with the real one, whose commands are functions that are made
from CDXML, $ErrorActionPreference and $ConfirmPreference of a calling script do not reach them: they
see the global ones. An error that nobody asked to be stopped by is written, and the script goes on.
#>
Set-StrictMode -Version 2
. (Join-Path -Path $PSScriptRoot -ChildPath '../../standin.ps1')

$does = @{
    'Get-Partition' = {
        $disk = Get-DiskBy -Number $Bound.DiskNumber[0]
        if (-not $disk -or -not $disk.Partitions) {
            throw "No MSFT_Partition objects found with property 'DiskNumber' equal to '$($Bound.DiskNumber)'."
        }
        foreach ($type in $disk.Partitions) {
            @{ DiskNumber = $disk.DiskNumber; PartitionNumber = 1; GptType = $type } | New-Thing -Type MSFT_Partition
        }
    }
    'Add-PartitionAccessPath'    = { Add-MountPoint -Number $Bound.DiskNumber[0] -Path $Bound.AccessPath }
    'Remove-PartitionAccessPath' = { Remove-MountPoint -Number $Bound.DiskNumber[0] -Path $Bound.AccessPath }
}

foreach ($name in $does.Keys) { $script:Behaviours[$name] = $does[$name] }
. ([scriptblock]::Create((New-ModuleText -Module Storage -Prelude '')))
Export-ModuleMember -Function @($does.Keys)
