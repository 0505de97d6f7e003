using System.Runtime.CompilerServices;
using Tessar.Examples;

namespace Tessar.Web.Tests.Browser;

/// <summary>Compares screenshots pixel by pixel.</summary>
internal static class Image
{
    /// <summary>
    /// Share of the pixels, in [0, 1], that differ by more than so much in some channel; 1 for pictures of different sizes.
    /// </summary>
    public static double Difference(byte[] expected, byte[] actual, int tolerance)
    {
        (ImageShape shape, byte[] left) = PngReader.Read(expected);
        (ImageShape otherShape, byte[] right) = PngReader.Read(actual);
        if (shape != otherShape)
            return 1;
        int differing = 0;
        for (int at = 0; at < left.Length; at += shape.Channels)
        {
            bool isSame = true;
            for (int channel = 0; channel < shape.Channels; channel++)
                isSame &= Math.Abs(left[at + channel] - right[at + channel]) <= tolerance;
            differing += isSame ? 0 : 1;
        }

        return (double)differing / (shape.Width * shape.Height);
    }

    /// <summary>
    /// Fails unless at most 0.1 % of the pixels differ from the approved picture `Approved/NAME.png` beside the test.
    /// </summary>
    /// <remarks>
    /// A difference writes `NAME.received.png` beside the approved one, to be looked at; whoever accepts it renames it and says
    /// why. Smoothed edges may differ by a little from one version of the browser to the next, hence the tolerance.
    /// </remarks>
    public static void Matches(byte[] received, string name, [CallerFilePath] string file = "")
    {
        const int tolerance = 24;
        const double mostDiffering = 0.001;
        string stem = Path.Combine(Path.GetDirectoryName(Checkout.SourcePath(file))!, "Approved", name);
        string approvedPath = $"{stem}.png", receivedPath = $"{stem}.received.png";
        double difference = File.Exists(approvedPath) ? Difference(File.ReadAllBytes(approvedPath), received, tolerance) : 1;
        if (difference <= mostDiffering)
        {
            File.Delete(receivedPath);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(receivedPath)!);
        File.WriteAllBytes(receivedPath, received);
        Assert.Fail(
            FormattableString.Invariant($"{difference:P2} of the pixels differ from {approvedPath}; look at {receivedPath}."));
    }
}
