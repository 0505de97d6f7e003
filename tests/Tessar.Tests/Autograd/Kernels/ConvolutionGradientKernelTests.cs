using Tessar.Autograd.Kernels;

namespace Tessar.Tests.Autograd.Kernels;

public sealed class ConvolutionGradientKernelTests
{
    // G[o, c, ky, kx] = Σ_{y, x} δ[y, x, o] a[y·s + ky·d − p, x·s + kx·d − p, c], summed by the definition in fp64.
    [Theory]
    [InlineData(14, 14, 32, 64, 3, 3, 1, 1, 1, 1)]
    [InlineData(28, 28, 1, 32, 3, 3, 1, 1, 1, 1)]
    [InlineData(9, 7, 3, 5, 2, 3, 2, 1, 1, 2)]
    [InlineData(8, 8, 16, 20, 3, 3, 1, 1, 2, 2)]
    [InlineData(8, 8, 4, 33, 3, 3, 1, 2, 2, 0)]
    [InlineData(5, 6, 37, 17, 3, 3, 1, 1, 1, 1)]
    [InlineData(6, 6, 8, 16, 1, 1, 1, 1, 1, 0)]
    [InlineData(4, 4, 2, 3, 4, 4, 1, 1, 1, 0)]
    public void Gradient_is_the_sum_over_output_pixels(
        int height, int width, int channels, int outputs, int kernelHeight, int kernelWidth, int stride, int dilationHeight,
        int dilationWidth, int pad)
    {
        int outHeight = (height + 2 * pad - dilationHeight * (kernelHeight - 1) - 1) / stride + 1;
        int outWidth = (width + 2 * pad - dilationWidth * (kernelWidth - 1) - 1) / stride + 1;
        var geometry = new ConvolutionGeometry(
            height, width, channels, outHeight, outWidth, outputs, kernelHeight, kernelWidth, stride, stride, dilationHeight,
            dilationWidth, pad, pad, pad, pad);
        var random = new Random(7);
        float[] image = [.. Enumerable.Range(0, height * width * channels).Select(_ => random.NextSingle() - 0.5f)];
        float[] delta = [.. Enumerable.Range(0, outHeight * outWidth * outputs)
            .Select(_ => random.NextSingle() < 0.3 ? random.NextSingle() - 0.5f : 0)];
        var kernel = new ConvolutionGradientKernel(geometry);
        ConvolutionGradientKernel.Workspace workspace = kernel.NewWorkspace();
        float[] found = new float[outputs * geometry.KernelSize];
        // Twice: a workspace keeps nothing of the example before.
        Compute(kernel, [.. delta.Reverse()], image, workspace);
        Compute(kernel, delta, image, workspace);
        int[] order = kernel.CanonicalOrder();
        for (int j = 0; j < found.Length; j++)
            found[order[j]] = workspace.Gradient[j];
        Assert.Equal(Enumerable.Range(0, found.Length), order.Order());
        double[] expected = Definition(geometry, image, delta);
        for (int j = 0; j < found.Length; j++)
            Assert.Equal(expected[j], found[j], 1e-4);
    }

    private static unsafe void Compute(
        ConvolutionGradientKernel kernel, float[] delta, float[] image, ConvolutionGradientKernel.Workspace workspace)
    {
        fixed (float* a = image)
        fixed (float* d = delta)
            kernel.Compute(a, d, workspace);
    }

    private static double[] Definition(ConvolutionGeometry g, float[] image, float[] delta)
    {
        var sum = new double[g.OutChannels * g.KernelSize];
        for (int o = 0; o < g.OutChannels; o++)
        {
            for (int j = 0; j < g.KernelSize; j++)
            {
                int c = j / (g.KernelHeight * g.KernelWidth), ky = j / g.KernelWidth % g.KernelHeight, kx = j % g.KernelWidth;
                for (int y = 0; y < g.OutHeight; y++)
                {
                    for (int x = 0; x < g.OutWidth; x++)
                    {
                        int row = y * g.StrideHeight + ky * g.DilationHeight - g.PadTop, column = x * g.StrideWidth
                            + kx * g.DilationWidth - g.PadLeft;
                        if (row >= 0 && row < g.Height && column >= 0 && column < g.Width)
                            sum[o * g.KernelSize
                                + j] += (double)delta[(y * g.OutWidth + x) * g.OutChannels
                                + o] * image[(row * g.Width + column) * g.Channels + c];
                    }
                }
            }
        }

        return sum;
    }
}
