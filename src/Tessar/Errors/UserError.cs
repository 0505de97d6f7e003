namespace Tessar;

/// <summary>
/// Marks exceptions of the framework's types whose message was written for the user, so that whoever shows errors can tell them
/// from those that were meant for programmers.
/// </summary>
/// <remarks>
/// Methods of the library throw <see cref="ArgumentException"/> for wrong arguments; some of those arguments are a user's own
/// words.
/// </remarks>
internal static class UserError
{
    private const string Key = "Tessar.UserError";

    /// <summary>Marks an exception, and returns it to be thrown.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="kind">Whose move it is.</param>
    /// <param name="remedies">What can be done.</param>
    public static T ForUser<T>(this T error, ErrorKind kind = ErrorKind.Usage, params Remedy[] remedies)
        where T : Exception
    {
        error.Data[Key] = new Mark(kind, remedies);
        return error;
    }

    /// <summary>
    /// What was said about an exception: its kind and remedies; null when its message wasn't written for the user.
    /// </summary>
    public static (ErrorKind Kind, IReadOnlyList<Remedy> Remedies)? Of(Exception error) => error switch
    {
        TessarException own => (own.Kind, own.Remedies),
        { } other when other.Data[Key] is Mark mark => (mark.Kind, mark.Remedies),
        _ => null,
    };

    /// <summary>The message without what the framework adds to it for programmers.</summary>
    public static string MessageOf(Exception error)
    {
        if (error is not ArgumentException { ParamName: { } name })
            return error.Message;
        int at = error.Message.IndexOf($" (Parameter '{name}')", StringComparison.Ordinal);
        return at < 0 ? error.Message : error.Message[..at]; // an out-of-range error says the value once more behind it
    }

    private sealed record Mark(ErrorKind Kind, IReadOnlyList<Remedy> Remedies);
}
