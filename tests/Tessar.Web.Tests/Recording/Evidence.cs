using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Web.Tests.Recording;

/// <summary>
/// Stand-ins for what a network and an attribution would say, computed from the shipped images in integers: the same everywhere.
/// </summary>
/// <remarks>
/// Everything rests on squared pixel distances d². Logit of class k: log Σ exp(−d²/6) over the training images labelled k.
/// Score: 10 exp(−d²/15), positive between images of one label and negative otherwise, so that lists look as real ones do
/// and planted errors appear as opponents.
/// </remarks>
internal sealed class Evidence
{
    public const string Train = "train:0-2999";
    public const string Test = "test:0-199";
    private const double PixelUnit = 255.0 * 255.0;

    public Evidence(ExampleStore store, LabelOverlay labels)
    {
        ExampleSet train = ExampleSet.Parse(store, Train, labels), test = ExampleSet.Parse(store, Test);
        int classes = store.ClassNames.Count;
        Logits = new float[test.Count * classes];
        Scores = new float[train.Count * test.Count];
        double[] votes = new double[classes];
        for (int target = 0; target < test.Count; target++)
        {
            Array.Fill(votes, 1e-12);
            for (int i = 0; i < train.Count; i++)
            {
                double distance = Distance(test.Image(target), train.Image(i)) / PixelUnit;
                double nearness = 10 * Math.Exp(-distance / 15);
                Scores[i * test.Count + target] = (float)(train.Label(i) == test.Label(target) ? nearness : -nearness);
                votes[train.Label(i)] += Math.Exp(-distance / 6);
            }

            for (int k = 0; k < classes; k++)
                Logits[target * classes + k] = (float)Math.Log(votes[k]);
        }
    }

    public float[] Logits { get; }

    public float[] Scores { get; }

    public AttributionMatrix Matrix(string method, int train, int targets) => new(Scores, train, targets, new AttributionReport
    {
        Method = method,
        Output = "margin",
        Parameters = 421642,
        SkippedParameters = [],
        SecondsFeatures = 21.5,
        SecondsScoring = 3.2,
        ExamplesComputed = train,
        GradientCheck = 1e-6,
    });

    private static long Distance(ReadOnlySpan<byte> image, ReadOnlySpan<byte> other)
    {
        int sum = 0;
        for (int p = 0; p < image.Length; p++)
            sum += (image[p] - other[p]) * (image[p] - other[p]);
        return sum;
    }
}
