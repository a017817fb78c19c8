# SPDX-License-Identifier: MIT
@{
    RootModule        = 'Hyper-V.psm1'
    ModuleVersion     = '0.1'
    FunctionsToExport = @('New-VM', 'Get-VM', 'Set-VM', 'Remove-VM', 'Start-VM', 'Stop-VM', 'Get-VMNetworkAdapter',
        'Remove-VMNetworkAdapter', 'Set-VMProcessor', 'Set-VMMemory', 'Set-VMFirmware', 'Get-VMHardDiskDrive',
        'Set-VMComPort', 'Mount-VHD', 'Dismount-VHD', 'Get-VHD', 'Get-VMHost')
}
