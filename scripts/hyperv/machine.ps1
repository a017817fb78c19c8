# SPDX-License-Identifier: MIT
<#
The virtual machine around the image: what the host must have, its creation, its end. Dot-sourced by
New-HvsmpVM.ps1, which asks ShouldProcess before it calls what changes the host. Cmdlets carry their
module's name because other modules have a Get-VM as well.
#>

# A machine that is asked to go off may take so long.
$script:OffSeconds = 30
# Files are in use for a moment after their machine is gone.
$script:RemoveSeconds = 10

# Throws what this host lacks, and how to get it.
function Assert-HvsmpHost {
    [CmdletBinding()]
    param([int]$ProcessorCount, [bool]$WriteDisk)

    if ($env:OS -ne 'Windows_NT') { throw 'This needs a Windows host with Hyper-V.' }
    $windows = Get-HvsmpWindows
    if ($windows.Architecture -ne 'AMD64') {
        throw ("This host's architecture is $($windows.Architecture): its Hyper-V runs no x86-64 virtual " +
            'machines, and hvsmp is one.')
    }
    if ($PSVersionTable.PSVersion.Major -gt 5 -and $windows.Build -lt 17763) {
        throw ("Hyper-V's module works in PowerShell 7 from Windows Server 2019 and Windows 10 1809 on (build " +
            "17763); this is build $($windows.Build). Use Windows PowerShell: " +
            'powershell -ExecutionPolicy Bypass -File New-HvsmpVM.ps1 ...')
    }
    if (-not (Get-Command -Name 'Hyper-V\New-VM' -ErrorAction SilentlyContinue)) {
        throw ('The Hyper-V module for PowerShell is not installed. As Administrator, on Windows Server: ' +
            'Install-WindowsFeature Hyper-V -IncludeManagementTools -Restart; on Windows Pro, Enterprise or ' +
            'Education: Enable-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V -All')
    }
    $service = Get-Service -Name vmms -ErrorAction SilentlyContinue
    if (-not $service -or $service.Status -ne 'Running') {
        throw ('The Hyper-V role is not enabled or not started: the service vmms (Hyper-V Virtual Machine ' +
            'Management) does not run. Enable the role and restart, or: Start-Service vmms')
    }
    if (-not $windows.IsAdministrator -and ($WriteDisk -or -not $windows.IsHyperVAdministrator)) {
        throw ('Run this in a PowerShell that was started as Administrator (without -CommandLine, membership ' +
            'in the group Hyper-V Administrators will do).')
    }
    $logical = (Hyper-V\Get-VMHost).LogicalProcessorCount
    if ($ProcessorCount -gt $logical) {
        throw ("This host has $logical logical processors and a virtual machine cannot have more, " +
            "but -ProcessorCount is $ProcessorCount.")
    }
}

# Set what New-VM leaves to a default that this kernel has no use for.
function Initialize-HvsmpMachine {
    [CmdletBinding()]
    param($VM, [int]$ProcessorCount, [string]$SecureBoot, [string]$SecureBootTemplate, [string]$PipeName)

    Hyper-V\Get-VMNetworkAdapter -VM $VM | Hyper-V\Remove-VMNetworkAdapter
    $processor = @{ VM = $VM; Count = $ProcessorCount }
    # An 8-bit APIC id names 255. The parameter is in no documentation, only in newer hosts.
    if ($ProcessorCount -gt 255 -and
        (Get-Command -Name 'Hyper-V\Set-VMProcessor').Parameters.ContainsKey('ApicMode')) {
        $processor.ApicMode = 'x2Apic'
    }
    Hyper-V\Set-VMProcessor @processor
    Hyper-V\Set-VMMemory -VM $VM -DynamicMemoryEnabled $false
    $settings = @{
        VM                   = $VM
        CheckpointType       = 'Disabled'
        AutomaticStartAction = 'Nothing'
        AutomaticStopAction  = 'TurnOff'
    }
    if ((Get-Command -Name 'Hyper-V\Set-VM').Parameters.ContainsKey('AutomaticCheckpointsEnabled')) {
        $settings.AutomaticCheckpointsEnabled = $false # since Windows 10 1709
    }
    Hyper-V\Set-VM @settings
    $firmware = @{
        VM               = $VM
        EnableSecureBoot = $SecureBoot
        FirstBootDevice  = Hyper-V\Get-VMHardDiskDrive -VM $VM
    }
    if ($SecureBoot -eq 'On') { $firmware.SecureBootTemplate = $SecureBootTemplate }
    Hyper-V\Set-VMFirmware @firmware
    Hyper-V\Set-VMComPort -VM $VM -Number 1 -Path "\\.\pipe\$PipeName"
}

# The virtual machine of that name whose files are in Folder, or nothing: New-VM may have been
# interrupted after it made one.
function Find-HvsmpMachine {
    [CmdletBinding()]
    param([string]$Name, [string]$Folder)

    $inside = $Folder + [System.IO.Path]::DirectorySeparatorChar
    Hyper-V\Get-VM | Where-Object -FilterScript {
        $_.Name -eq $Name -and "$($_.Path)$([System.IO.Path]::DirectorySeparatorChar)".StartsWith(
            $inside, [System.StringComparison]::OrdinalIgnoreCase)
    } | Select-Object -First 1
}

# Off, whatever it does: it may also go off by itself at any moment, and Stop-VM then fails.
function Disable-HvsmpMachine {
    [CmdletBinding()]
    param($VM)

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $why = ''
    while ((Hyper-V\Get-VM -Id $VM.Id).State -ne 'Off') {
        if ($clock.Elapsed.TotalSeconds -ge $script:OffSeconds) {
            throw "$($VM.Name) does not go off. $why"
        }
        try {
            Hyper-V\Stop-VM -VM $VM -TurnOff -Force -Confirm:$false -WarningAction SilentlyContinue
        } catch {
            $why = $_.Exception.Message
        }
        Start-Sleep -Milliseconds 100
    }
}

# Remove the virtual machine (if there is one yet) and the folder that was made for it.
function Clear-HvsmpMachine {
    [CmdletBinding()]
    param($VM, [string]$Folder)

    if ($VM) {
        Disable-HvsmpMachine -VM $VM
        Hyper-V\Remove-VM -VM $VM -Force -Confirm:$false
    }
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while (Test-Path -LiteralPath $Folder) {
        try {
            Remove-Item -LiteralPath $Folder -Recurse -Force -Confirm:$false
        } catch {
            if ($clock.Elapsed.TotalSeconds -ge $script:RemoveSeconds) { throw }
            Start-Sleep -Milliseconds 250
        }
    }
}

# Print the two commands that remove what stays.
function Show-HvsmpRemoval {
    [CmdletBinding()]
    param([string]$Name, [string]$Folder)

    $lines = @("What stays is removed by:")
    $vm = Find-HvsmpMachine -Name $Name -Folder $Folder
    if ($vm -and $vm.State -eq 'Off') {
        $lines += "  Remove-VM -Name '$Name' -Force"
    } elseif ($vm) {
        $lines += "  Stop-VM -Name '$Name' -TurnOff -Force -Passthru | Remove-VM -Force"
    }
    $lines += "  Remove-Item -LiteralPath '$($Folder.Replace("'", "''"))' -Recurse -Force"
    foreach ($line in $lines) { Write-Information -MessageData $line -InformationAction Continue }
}
