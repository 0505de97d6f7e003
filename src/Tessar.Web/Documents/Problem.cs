namespace Tessar.Web.Documents;

/// <summary>Problem details (RFC 9457): what failed, why, what to do.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable identifier, such as <c>run-missing</c>.</param>
/// <param name="Title">What failed, a sentence.</param>
/// <param name="Cause">Why, with names and values.</param>
/// <param name="Action">What to do about it; may be empty.</param>
/// <param name="Command">A command that does it, or null.</param>
internal sealed record Problem(int Status, string Code, string Title, string Cause, string Action, string? Command = null)
    : Document
{
    public string Type { get; init; } = "about:blank";

    /// <summary>RFC 9457's own field for the cause.</summary>
    public string Detail => Cause;
}
