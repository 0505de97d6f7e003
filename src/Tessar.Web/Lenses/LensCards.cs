using Tessar.Methods;
using Tessar.Runs;
using Tessar.Web.Documents;

namespace Tessar.Web.Lenses;

/// <summary>What has been asked of a run, what hasn't, and what no longer fits it.</summary>
internal static class LensCards
{
    public static IReadOnlyList<LensCard> Of(LensCatalog lenses, Run run)
    {
        // A result of a method that this program doesn't know, from an assembly that wasn't named, is one all the same.
        RecordedResult[] recorded = [.. lenses.ResultsOf(run).DistinctBy(result => result.Method, StringComparer.Ordinal)];
        return
        [
            .. lenses.Lenses.Union(recorded.Select(result => LensCatalog.LensOf(result.Method)), StringComparer.Ordinal)
                .Select(lens => Card(lenses, run, lens, recorded)),
        ];
    }

    private static LensCard Card(LensCatalog lenses, Run run, string lens, RecordedResult[] recorded)
    {
        IEnumerable<MethodCard> done = recorded.Where(result => LensCatalog.LensOf(result.Method) == lens)
            .Select(result => new MethodCard(
            result.Method, result.State, result.Summary, result.StaleBecause, result.Created,
            lenses.Command(run, result.Method, result.Targets)));
        IEnumerable<MethodCard> missing = lenses.Methods.Methods
            .Where(method =>
                LensCatalog.LensOf(method.Name) == lens && Array.TrueForAll(recorded, result => result.Method != method.Name))
            .Select(method => Missing(lenses, run, method));
        return new LensCard(
            lens, char.ToUpperInvariant(lens[0]) + lens[1..], lenses.QuestionOf(lens), [.. done, .. missing]);
    }

    private static MethodCard Missing(LensCatalog lenses, Run run, MethodDescription method) =>
        new(method.Name, "missing", method.Summary, Reason: null, Created: null, lenses.Command(run, method.Name));
}
