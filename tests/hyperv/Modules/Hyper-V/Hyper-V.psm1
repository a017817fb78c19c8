# SPDX-License-Identifier: MIT
<#
A stand-in for the Hyper-V module. It keeps its machines in files, takes the parameters that Microsoft
documents (../../cmdlets.json) and no others, and prompts and fails as cmdlets written in C# do: by the
preferences of whoever calls. What it does beside that is what the script relies on, and the faults and
COM1 that a test has asked for (../../README.md).
#>
Set-StrictMode -Version 2
. (Join-Path -Path $PSScriptRoot -ChildPath '../../standin.ps1')

# Unlike functions of a module, cmdlets of an assembly see their caller's preference variables.
$script:Prelude = @'
        foreach ($caller in 'ErrorAction', 'Confirm', 'WhatIf') {
            if (-not $PSBoundParameters.ContainsKey($caller)) {
                $value = $PSCmdlet.SessionState.PSVariable.GetValue("${caller}Preference")
                Set-Variable -Name "${caller}Preference" -Value $value -WhatIf:$false -Confirm:$false
            }
        }
'@

function Get-Machine {
    param($Bound)

    if ($Bound.ContainsKey('VM')) { return @($Bound.VM | ForEach-Object { Read-Machine -Id $_.Id }) }
    $name = if ($Bound.ContainsKey('VMName')) { $Bound.VMName } else { $Bound.Name }
    @(Read-Machine | Where-Object { $name -contains $_.Name })
}

$does = @{
    'Get-VMHost' = { @{ LogicalProcessorCount = (Get-Setting).LogicalProcessors } | New-Thing -Type VMHost }
    'Get-VM'     = {
        if ($Bound.ContainsKey('Id')) { Read-Machine -Id $Bound.Id }
        else { Read-Machine | Where-Object { -not $Bound.ContainsKey('Name') -or $Bound.Name -contains $_.Name } }
    }
    'New-VM'     = {
        if (-not (Test-Path -LiteralPath $Bound.VHDPath)) { throw "no file $($Bound.VHDPath)" }
        $id = [guid]::NewGuid()
        $path = Join-Path -Path $Bound.Path -ChildPath $Bound.Name
        $null = [System.IO.Directory]::CreateDirectory($path)
        Write-Machine -Machine @{
            Id = "$id"; Name = $Bound.Name; Path = $path; State = 'Off'; Generation = $Bound.Generation
            Memory = $Bound.MemoryStartupBytes; Disk = $Bound.VHDPath; NetworkAdapters = 1; Set = @{}
        }
        Read-Machine -Id $id
    }
    'Remove-VM'  = {
        foreach ($vm in Get-Machine -Bound $Bound) {
            if ($vm.State -ne 'Off') { throw 'The operation cannot be performed while the object is in its current state.' }
            if (-not $Bound.ContainsKey('Force') -and
                -not $Cmdlet.ShouldContinue("Remove virtual machine $($vm.Name)?", 'Confirm')) { continue }
            Remove-Machine -Id $vm.Id
        }
    }
    'Start-VM'   = { foreach ($vm in Get-Machine -Bound $Bound) { Start-Machine -VM $vm } }
    'Stop-VM'    = {
        foreach ($vm in Get-Machine -Bound $Bound) {
            if ($vm.State -eq 'Off') { Write-Warning 'The virtual machine is already in the specified state.' }
            elseif ((Get-Setting).GoesOffBy -eq 'itself') {
                Set-MachineState -Id $vm.Id -State Off
                throw 'The operation cannot be performed while the object is in its current state.'
            } else { Stop-Machine -Id $vm.Id }
            if ($Bound.ContainsKey('Passthru')) { Read-Machine -Id $vm.Id }
        }
    }
    'Set-VM'     = { Get-Machine -Bound $Bound | Set-MachineValue -Cmdlet Set-VM -Bound $Bound }
    'Set-VMProcessor' = { Get-Machine -Bound $Bound | Set-MachineValue -Cmdlet Set-VMProcessor -Bound $Bound }
    'Set-VMMemory'    = { Get-Machine -Bound $Bound | Set-MachineValue -Cmdlet Set-VMMemory -Bound $Bound }
    'Set-VMFirmware'  = { Get-Machine -Bound $Bound | Set-MachineValue -Cmdlet Set-VMFirmware -Bound $Bound }
    'Set-VMComPort'   = { Get-Machine -Bound $Bound | Set-MachineValue -Cmdlet Set-VMComPort -Bound $Bound }
    'Get-VMNetworkAdapter' = {
        foreach ($vm in Get-Machine -Bound $Bound) {
            for ($i = 0; $i -lt $vm.NetworkAdapters; $i++) {
                @{ VMId = $vm.Id; Name = 'Network Adapter' } | New-Thing -Type VMNetworkAdapterBase
            }
        }
    }
    'Remove-VMNetworkAdapter' = {
        foreach ($adapter in $Bound.VMNetworkAdapter) { Edit-Machine -Id $adapter.VMId -Edit { $_.NetworkAdapters-- } }
    }
    'Get-VMHardDiskDrive' = {
        foreach ($vm in Get-Machine -Bound $Bound) {
            @{ VMId = $vm.Id; Path = $vm.Disk } | New-Thing -Type VMComponentObject
        }
    }
    'Mount-VHD'    = { foreach ($path in $Bound.Path) { Mount-Disk -Path $path } }
    'Dismount-VHD' = { foreach ($path in $Bound.Path) { Dismount-Disk -Path $path } }
    'Get-VHD'      = { foreach ($path in $Bound.Path) { Get-DiskOf -Path $path | New-Thing -Type VirtualHardDisk } }
}

foreach ($name in $does.Keys) { $script:Behaviours[$name] = $does[$name] }
. ([scriptblock]::Create((New-ModuleText -Module Hyper-V -Prelude $script:Prelude)))
Export-ModuleMember -Function @($does.Keys)
