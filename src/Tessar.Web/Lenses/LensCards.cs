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
            .Select(result => Done(lenses, run, result));
        IEnumerable<MethodCard> missing = lenses.Methods.Methods
            .Where(method =>
                LensCatalog.LensOf(method.Name) == lens && Array.TrueForAll(recorded, result => result.Method != method.Name))
            .Select(method => Missing(lenses, run, method));
        LensDescription? known = lenses.Find(lens);
        return new LensCard
        {
            Lens = lens,
            Title = char.ToUpperInvariant(lens[0]) + lens[1..],
            Question = known?.Question ?? string.Empty,
            Command = known is null ? null : lenses.Command(known.Verb),
            DefaultMethod = known?.Own.DefaultMethod,
            Targets = known is { NeedsTargets: true } ? run.Record.Program.Data.Test : null,
            Methods = [.. done, .. missing],
        };
    }

    private static MethodCard Done(LensCatalog lenses, Run run, RecordedResult result) => new()
    {
        Method = result.Method,
        State = result.State,
        Summary = result.Summary,
        Reason = result.StaleBecause,
        Created = result.Created,
        Command = lenses.Command(run, result.Method, result.Targets),
        CanCompute = lenses.CanCompute(result.Method),
    };

    private static MethodCard Missing(LensCatalog lenses, Run run, MethodDescription method) => new()
    {
        Method = method.Name,
        State = "missing",
        Summary = method.Summary,
        Command = lenses.Command(run, method.Name),
        CanCompute = lenses.CanCompute(method.Name),
    };
}
