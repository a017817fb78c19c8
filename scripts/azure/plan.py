# SPDX-License-Identifier: MIT
"""The commands of a run, each a list of words; boot.py --dry-run prints them."""
import az
import sizes

DISK, MACHINE = "hvsmp-disk", "hvsmp-vm"
MINUTE = 60
UPLOAD_MINUTES, REMOVE_MINUTES = 30, 20


class Plan:
    """The commands of a run, in their order. What Azure must not be given stands here, too:

    no --public-ip-address, no --nsg (empty: none), no user and no key, which go with an image and
    not with an attached disk; and so there is no agent, and nobody waits for one.
    """

    def __init__(self, group: str, size: str, location: str):
        self.group, self.size, self.location = group, size, location
        self.architecture, self.is_nvme = sizes.architecture(size), sizes.is_nvme(size)

    def of_disk(self, what: str, *options: str) -> list[str]:
        return az.words(f"disk {what}", "-g", self.group, "-n", DISK, *options)

    def of_machine(self, what: str, *options: str) -> list[str]:
        return az.words(f"vm {what}", "-g", self.group, "-n", MACHINE, *options)

    def account(self) -> list[str]:
        return az.words("account show")

    def exists(self) -> list[str]:
        return az.words("group exists", "-n", self.group)

    def skus(self) -> list[str]:
        return az.words("vm list-skus", "-l", self.location, "--size", self.size, "--all")

    def make_group(self) -> list[str]:
        return az.words("group create", "-n", self.group, "-l", self.location)

    def make_disk(self, size: int) -> list[str]:
        """size: with the footer."""
        options = "--os-type Linux --hyper-v-generation V2 --sku Standard_LRS --upload-type Upload"
        more = [] if self.architecture == "x64" else ["--architecture", self.architecture]
        return self.of_disk("create", "-l", self.location, *options.split(),
                            "--upload-size-bytes", str(size), *more)  # fmt: skip

    def grant(self) -> list[str]:
        seconds = str(UPLOAD_MINUTES * MINUTE)
        return self.of_disk("grant-access", "--access-level", "Write",
                            "--duration-in-seconds", seconds)  # fmt: skip

    def revoke(self) -> list[str]:
        return self.of_disk("revoke-access")

    def mark_nvme(self) -> list[str]:
        types = "supportedCapabilities.diskControllerTypes=SCSI, NVMe"
        return self.of_disk("update", "--set", types)

    def create(self, standard: bool = False) -> list[str]:
        """standard: say so, which an older az or a disk without a profile does without."""
        more = ["--disk-controller-type", "NVMe"] if self.is_nvme else []
        more += ["--security-type", "Standard"] if standard else []
        return self.of_machine(
            "create", "-l", self.location, "--size", self.size, "--attach-os-disk", DISK,
            "--os-type", "linux", "--public-ip-address", "", "--nsg", "", *more,
        )  # fmt: skip

    def show(self) -> list[str]:
        return self.of_machine("show")

    def diagnostics(self) -> list[str]:
        return self.of_machine("boot-diagnostics enable")

    def log_uris(self) -> list[str]:
        return self.of_machine("boot-diagnostics get-boot-log-uris")

    def log(self) -> list[str]:
        return self.of_machine("boot-diagnostics get-boot-log")

    def delete(self) -> list[str]:
        return az.words("group delete", "-n", self.group, "--yes", "--no-wait")

    def deleted(self) -> list[str]:
        seconds = str(REMOVE_MINUTES * MINUTE)
        return az.words("group wait", "-n", self.group, "--deleted", "--timeout", seconds)

    def before(self, size: int) -> list[list[str]]:
        """All up to the upload."""
        return [self.account(), self.exists(), self.skus(), self.make_group(),
                self.make_disk(size), self.grant()]  # fmt: skip

    def behind(self) -> list[list[str]]:
        """All behind the machine's creation, up to the removal."""
        return [self.diagnostics(), self.show(), self.log_uris(), self.log()]

    def remove(self) -> list[list[str]]:
        return [self.delete(), self.deleted()]
