using Tessar.Methods;

namespace Tessar.Tests.Methods;

internal static class Reports
{
    /// <summary>A report that says nothing in particular.</summary>
    public static AttributionReport Any { get; } = new()
    {
        Method = "data/trak", Output = "margin", Parameters = 10, SkippedParameters = [], SecondsFeatures = 0, SecondsScoring = 0,
        ExamplesComputed = 0, GradientCheck = 0,
    };
}
