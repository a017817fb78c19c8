# SPDX-License-Identifier: MIT
<#
The virtual machine around the image: what must be there first, its creation, the kernel's options on
its disk, its removal. Dot-sourced by New-HvsmpVM.ps1, which asks ShouldProcess before it calls any of
this. Cmdlets carry their module's name because other modules have a Get-VM as well.
#>

# What Get-Partition calls an EFI system partition.
$script:EfiSystemPartition = '{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}'

# Throws what this host lacks, and how to get it.
function Assert-HvsmpHost {
    [CmdletBinding()]
    param([int]$ProcessorCount, [bool]$WriteDisk)

    if ($env:OS -ne 'Windows_NT') { throw 'This needs a Windows host with Hyper-V.' }
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
    $me = New-Object -TypeName System.Security.Principal.WindowsPrincipal -ArgumentList (
        [System.Security.Principal.WindowsIdentity]::GetCurrent())
    $isAdministrator = $me.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
    $hyperVGroup = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-32-578'
    if (-not $isAdministrator -and ($WriteDisk -or -not $me.IsInRole($hyperVGroup))) {
        throw ('Run this in a PowerShell that was started as Administrator (without -CommandLine, membership ' +
            'in the group Hyper-V Administrators will do).')
    }
    $logical = (Hyper-V\Get-VMHost).LogicalProcessorCount
    if ($ProcessorCount -gt $logical) {
        throw ("This host has $logical logical processors and a virtual machine cannot have more, " +
            "but -ProcessorCount is $ProcessorCount.")
    }
}

# The image's full path; throws if it is not a disk that Hyper-V can start.
function Resolve-HvsmpImage {
    [CmdletBinding()]
    [OutputType([string])]
    param([string]$Path)

    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) {
        throw "There is no file $Path. Build it with make images and copy build/hvsmp.vhdx to this host."
    }
    $full = (Get-Item -LiteralPath $Path).FullName
    $signature = New-Object -TypeName 'byte[]' -ArgumentList 8
    $file = [System.IO.File]::OpenRead($full)
    try { $null = $file.Read($signature, 0, 8) } finally { $file.Dispose() }
    if ([System.Text.Encoding]::ASCII.GetString($signature) -cne 'vhdxfile') {
        throw "$full is not a VHDX file: it does not begin with 'vhdxfile'."
    }
    return $full
}

# Write the kernel's options into a disk that no virtual machine uses yet.
function Write-HvsmpOption {
    [CmdletBinding()]
    param([string]$DiskPath, [string]$MountPoint, [string]$CommandLine)

    $null = New-Item -Path $MountPoint -ItemType Directory
    Hyper-V\Mount-VHD -Path $DiskPath -NoDriveLetter
    try {
        $number = (Hyper-V\Get-VHD -Path $DiskPath).DiskNumber
        $esp = @(Get-Partition -DiskNumber $number |
                Where-Object -FilterScript { $_.GptType -eq $script:EfiSystemPartition })
        if ($esp.Count -ne 1) {
            throw "$DiskPath has $($esp.Count) EFI system partitions, not one: -CommandLine cannot be written."
        }
        $where = @{ DiskNumber = $number; PartitionNumber = $esp[0].PartitionNumber; AccessPath = $MountPoint }
        Add-PartitionAccessPath @where
        try {
            $folder = Join-Path -Path $MountPoint -ChildPath 'EFI\hvsmp'
            $null = New-Item -Path $folder -ItemType Directory -Force
            [System.IO.File]::WriteAllText((Join-Path -Path $folder -ChildPath 'hvsmp.cfg'), "$CommandLine`n",
                [System.Text.Encoding]::ASCII)
        } finally {
            Remove-PartitionAccessPath @where
        }
    } finally {
        Hyper-V\Dismount-VHD -Path $DiskPath
    }
    [System.IO.Directory]::Delete($MountPoint) # not recursively: it must be empty again
}

# Set what New-VM leaves to a default that this kernel has no use for.
function Initialize-HvsmpMachine {
    [CmdletBinding()]
    param($VM, [int]$ProcessorCount, [string]$SecureBoot, [string]$SecureBootTemplate, [string]$PipeName)

    Hyper-V\Get-VMNetworkAdapter -VM $VM | Hyper-V\Remove-VMNetworkAdapter
    Hyper-V\Set-VMProcessor -VM $VM -Count $ProcessorCount
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

# Off, whatever it does.
function Disable-HvsmpMachine {
    [CmdletBinding()]
    param($VM)

    if ((Hyper-V\Get-VM -Id $VM.Id).State -ne 'Off') {
        Hyper-V\Stop-VM -VM $VM -TurnOff -Force -Confirm:$false -WarningAction SilentlyContinue
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
    if ($Folder -and (Test-Path -LiteralPath $Folder)) {
        Remove-Item -LiteralPath $Folder -Recurse -Force -Confirm:$false
    }
}
