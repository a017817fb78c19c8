# SPDX-License-Identifier: MIT
<#
The disk: the given image, and the kernel's options on its copy. Dot-sourced by New-HvsmpVM.ps1.

The Storage module's cmdlets are functions of a module, which see neither $ErrorActionPreference nor
$ConfirmPreference of this script: they are told both at each call.
#>

# What Get-Partition calls an EFI system partition.
$script:EfiSystemPartition = '{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}'
# A disk that was mounted appears a moment later.
$script:DiskSeconds = 10

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

# Throws if the copy of the image would be compressed or encrypted: Hyper-V takes no such disk. A copy is
# compressed as its folder is; it is encrypted as its folder or the image is.
function Assert-HvsmpPlain {
    [CmdletBinding()]
    param([string]$Folder, [string]$Image)

    $there = $Folder
    while ($there -and -not (Test-Path -LiteralPath $there)) { $there = Split-Path -Path $there -Parent }
    $flags = @{ $Image = 'Encrypted' }
    if ($there) { $flags[$there] = 'Compressed', 'Encrypted' }
    foreach ($path in $flags.Keys) {
        $attributes = Get-HvsmpAttribute -Path $path
        foreach ($flag in $flags[$path]) {
            if ($attributes -band [System.IO.FileAttributes]$flag) {
                throw ("$path is $($flag.ToLowerInvariant()), and so would be the copy of the disk, which " +
                    'Hyper-V then refuses (0xC03A001A). Choose another -OutputPath, or switch that off in ' +
                    'its properties (Advanced).')
            }
        }
    }
}

# The number of a mounted disk and the partition for the firmware: a hashtable for the Storage cmdlets.
function Find-HvsmpPartition {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([string]$DiskPath)

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $seen = 'Windows shows no partition of it'
    do {
        $number = (Hyper-V\Get-VHD -Path $DiskPath).DiskNumber
        if ($null -ne $number) {
            try {
                $all = @(Get-Partition -DiskNumber $number -ErrorAction Stop)
                $esp = @($all | Where-Object -FilterScript { $_.GptType -eq $script:EfiSystemPartition })
                if ($esp.Count -eq 1) {
                    return @{ DiskNumber = $number; PartitionNumber = $esp[0].PartitionNumber }
                }
                if ($all) { $seen = "it has $($esp.Count) EFI system partitions, not one" }
            } catch {
                $seen = $_.Exception.Message
            }
        }
        Start-Sleep -Milliseconds 200
    } while ($clock.Elapsed.TotalSeconds -lt $script:DiskSeconds)
    throw "-CommandLine cannot be written to ${DiskPath}: $seen."
}

# Write the kernel's options into a disk that no virtual machine uses yet.
function Write-HvsmpOption {
    [CmdletBinding()]
    param([string]$DiskPath, [string]$MountPoint, [string]$CommandLine)

    $null = New-Item -Path $MountPoint -ItemType Directory
    try {
        Hyper-V\Mount-VHD -Path $DiskPath -NoDriveLetter -Confirm:$false -ErrorAction Stop
        $where = Find-HvsmpPartition -DiskPath $DiskPath
        $where.AccessPath = $MountPoint
        Add-PartitionAccessPath @where -Confirm:$false -ErrorAction Stop
        try {
            $folder = Join-Path -Path $MountPoint -ChildPath 'EFI\hvsmp'
            $null = New-Item -Path $folder -ItemType Directory -Force
            [System.IO.File]::WriteAllText((Join-Path -Path $folder -ChildPath 'hvsmp.cfg'), "$CommandLine`n",
                [System.Text.Encoding]::ASCII)
        } finally {
            Remove-PartitionAccessPath @where -Confirm:$false -ErrorAction Stop
        }
    } finally { # Mount-VHD may have been interrupted after it mounted the disk
        if ((Hyper-V\Get-VHD -Path $DiskPath).Attached) {
            Hyper-V\Dismount-VHD -Path $DiskPath -Confirm:$false -ErrorAction Stop
        }
    }
    [System.IO.Directory]::Delete($MountPoint) # not recursively: it must be empty again
}
