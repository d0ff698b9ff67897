"""A small U-Net, after Figure 1 of Ronneberger et al. (2015), for the gallery."""

import torch
from torch import nn


class DoubleConv(nn.Sequential):
    """Two 3×3 convolutions, each with batch norm and ReLU."""

    def __init__(self, wide: int, out: int) -> None:
        super().__init__(
            nn.Conv2d(wide, out, 3, padding=1, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(inplace=True),
            nn.Conv2d(out, out, 3, padding=1, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(inplace=True),
        )


class UNet(nn.Module):
    """Encoder and decoder of three levels with a concat skip on each."""

    def __init__(self, channels: int = 64, classes: int = 2) -> None:
        super().__init__()
        self.enc1 = DoubleConv(3, channels)
        self.enc2 = DoubleConv(channels, 2 * channels)
        self.enc3 = DoubleConv(2 * channels, 4 * channels)
        self.pool = nn.MaxPool2d(2)
        self.bottom = DoubleConv(4 * channels, 8 * channels)
        self.up3 = nn.ConvTranspose2d(8 * channels, 4 * channels, 2, stride=2)
        self.dec3 = DoubleConv(8 * channels, 4 * channels)
        self.up2 = nn.ConvTranspose2d(4 * channels, 2 * channels, 2, stride=2)
        self.dec2 = DoubleConv(4 * channels, 2 * channels)
        self.up1 = nn.ConvTranspose2d(2 * channels, channels, 2, stride=2)
        self.dec1 = DoubleConv(2 * channels, channels)
        self.head = nn.Conv2d(channels, classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Segment an image whose sides are multiples of eight."""
        first = self.enc1(x)
        second = self.enc2(self.pool(first))
        third = self.enc3(self.pool(second))
        bottom = self.bottom(self.pool(third))
        up = self.dec3(torch.cat([third, self.up3(bottom)], dim=1))
        up = self.dec2(torch.cat([second, self.up2(up)], dim=1))
        up = self.dec1(torch.cat([first, self.up1(up)], dim=1))
        return self.head(up)
