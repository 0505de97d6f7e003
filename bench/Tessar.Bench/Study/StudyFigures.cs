namespace Tessar.Bench.Study;

/// <summary>
/// What the study found. Accuracies are in percent, differences in points; each with a 95 % interval over the seeds.
/// </summary>
internal sealed record StudyFigures(
    int Seeds,
    HorizonFigures[] ScheduleFreeAgainstCosine,
    PairFigures[] SamAgainstSgd,
    double ScheduleFreeRate,
    double[] CosineRates,
    double SgdRate,
    double SamRate);

/// <summary>After so many epochs: the one run of sf-adamw, and the adamw whose cosine ends there.</summary>
internal sealed record HorizonFigures(int Epochs, Interval Cosine, Interval ScheduleFree, Interval Difference)
{
    public static HorizonFigures Of(int epochs, Curve cosine, Curve free) => new(
        epochs, Interval.Of(cosine.After(-1)), Interval.Of(free.After(epochs - 1)),
        Interval.Of(free.After(epochs - 1), cosine.After(-1)));
}

/// <summary>After so many epochs: sgd and sam.</summary>
internal sealed record PairFigures(int Epochs, Interval Sgd, Interval Sam, Interval Difference)
{
    public static PairFigures Of(int epoch, Curve sgd, Curve sam) => new(
        epoch + 1, Interval.Of(sgd.After(epoch)), Interval.Of(sam.After(epoch)), Interval.Of(sam.After(epoch), sgd.After(epoch)));
}

/// <summary>A mean and half the width of its 95 % interval, by Student's t.</summary>
internal sealed record Interval(double Mean, double Half)
{
    // t at 97.5 % for 4 degrees of freedom: five seeds.
    private const double Student = 2.776;

    public static Interval Of(double[] shares)
    {
        double[] percent = [.. shares.Select(share => 100 * share)];
        double mean = percent.Average(), variance = percent.Sum(p => (p - mean) * (p - mean)) / (percent.Length - 1);
        return new Interval(Math.Round(mean, 2), Math.Round(Student * Math.Sqrt(variance / percent.Length), 2));
    }

    /// <summary>Of the differences, seed by seed.</summary>
    public static Interval Of(double[] first, double[] second) => Of([.. first.Zip(second, (a, b) => a - b)]);
}
