namespace Tessar.Cli.Parsing;

/// <summary>When an option means something: given in another call it would be ignored, so it is an error there.</summary>
/// <param name="Name">The option, or the key of `--set`.</param>
/// <param name="IsGiven">Whether this command line gives it; tessar.json and the environment speak to all calls.</param>
/// <param name="Holds">Whether it means something in this call.</param>
/// <param name="Otherwise">What is in the way, after "has no effect": "without `--patch`".</param>
internal sealed record OptionCondition(
    string Name, Func<Invocation, bool> IsGiven, Func<Invocation, bool> Holds, string Otherwise)
{
    /// <summary>What is wrong with a call, or null.</summary>
    public string? Objection(Invocation call) =>
        IsGiven(call) && !Holds(call) ? $"`{Name}` has no effect {Otherwise}; leave it out." : null;
}
