# SPDX-License-Identifier: MIT
@{
    RootModule        = 'Storage.psm1'
    ModuleVersion     = '0.1'
    FunctionsToExport = @('Get-Partition', 'Add-PartitionAccessPath', 'Remove-PartitionAccessPath')
}
