namespace Tessar.Methods;

/// <summary>
/// Progress of work that is done several times, once per checkpoint: what one pass reports becomes a part of the whole.
/// </summary>
/// <remarks>Every pass has stages of the same names and totals, so each stage still rises to its total exactly once.</remarks>
internal sealed class RepeatedProgress(IProgress<MethodProgress> whole, int pass, int passes) : IProgress<MethodProgress>
{
    /// <summary>The context of one pass.</summary>
    /// <param name="context">The caller's.</param>
    /// <param name="pass">Which one, in [0, <paramref name="passes"/>).</param>
    /// <param name="passes">How many there are.</param>
    public static MethodContext Of(MethodContext context, int pass, int passes) =>
        context.Progress is { } whole && passes > 1
            ? context with { Progress = new RepeatedProgress(whole, pass, passes) }
            : context;

    public void Report(MethodProgress value) =>
        whole.Report(value with { Done = pass * value.Total + value.Done, Total = passes * value.Total });
}
