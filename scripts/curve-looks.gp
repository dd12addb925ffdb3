# SPDX-License-Identifier: GPL-2.0
#
# How curves are told apart, loaded before each plot. Okabe and Ito's colours are told apart by
# colour-blind readers; points and lightness tell in print. Where there are more curves than colours,
# each colour comes again with another point.

array colour[7] = ["0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9", "000000"]
array point[7] = [7, 5, 9, 13, 11, 15, 2]
faded(i, transparency) = "#" . transparency . colour[(i - 1) % 7 + 1]
tint(i) = faded(i, "")
shape(i) = point[(i - 1 + (i - 1) / 7) % 7 + 1]
