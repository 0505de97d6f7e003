namespace Tessar.Autograd.Kernels;

/// <summary>Sizes of one ungrouped, zero-padded 2-D convolution of one image, channels last.</summary>
internal readonly record struct ConvolutionGeometry(
    int Height, int Width, int Channels, int OutHeight, int OutWidth, int OutChannels,
    int KernelHeight, int KernelWidth, int StrideHeight, int StrideWidth, int DilationHeight, int DilationWidth,
    int PadTop, int PadBottom, int PadLeft, int PadRight)
{
    /// <summary>Height of the padded image.</summary>
    public int PaddedHeight => Height + PadTop + PadBottom;

    /// <summary>Width of the padded image.</summary>
    public int PaddedWidth => Width + PadLeft + PadRight;

    /// <summary>
    /// Elements of a kernel row that lie side by side in the image: kx and c together, or c alone when columns are dilated.
    /// </summary>
    public int Segment => DilationWidth == 1 ? KernelWidth * Channels : Channels;

    /// <summary>Segments per kernel: one for each ky, or for each (ky, kx) when columns are dilated.</summary>
    public int Segments => DilationWidth == 1 ? KernelHeight : KernelHeight * KernelWidth;

    /// <summary>Elements of one output channel's kernel.</summary>
    public int KernelSize => KernelHeight * KernelWidth * Channels;

    /// <summary>Where in the padded image a segment begins, seen from the first pixel under the kernel.</summary>
    public int SegmentOffset(int segment) => DilationWidth == 1
        ? segment * DilationHeight * PaddedWidth * Channels
        : (segment / KernelWidth * DilationHeight * PaddedWidth + segment % KernelWidth * DilationWidth) * Channels;

    /// <summary>
    /// Index in PyTorch's weight layout [o, c, ky, kx] of the element at position [ky, kx, c] of output channel o.
    /// </summary>
    public int CanonicalIndex(int o, int position)
    {
        int c = position % Channels, kx = position / Channels % KernelWidth, ky = position / Channels / KernelWidth;
        return ((o * Channels + c) * KernelHeight + ky) * KernelWidth + kx;
    }
}
