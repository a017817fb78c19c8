/* SPDX-License-Identifier: MIT */
/*
 * Secure Boot Advanced Targeting: shim reads this section before it starts the image, and refuses a
 * component whose generation (the second field) was revoked. The generation goes up when a defect
 * lets Secure Boot be bypassed. Fields: github.com/rhboot/shim/blob/main/SBAT.md.
 */
#ifndef HVSMP_VERSION
#define HVSMP_VERSION "unversioned" /* lifted into another tree */
#endif
/* Where revocations of this component are looked up: whoever publishes it has one. */
#ifndef HVSMP_URL
#define HVSMP_URL "https://hvsmp.invalid/" /* RFC 2606: nowhere */
#endif

#define LINES                                                                           \
	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n" \
	"hvsmp,1,hvsmp authors,hvsmp," HVSMP_VERSION "," HVSMP_URL "\n"

__attribute__((section(".sbat"), used)) static const char sbat[] = LINES;
