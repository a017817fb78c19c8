# SPDX-License-Identifier: MIT
@{
    RootModule        = 'HvsmpWindows.psm1'
    ModuleVersion     = '0.1'
    FunctionsToExport = @('Get-StandInSetting', 'Get-Service', 'Get-WinEvent', 'Remove-Item')
}
