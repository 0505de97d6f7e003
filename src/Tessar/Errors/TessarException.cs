namespace Tessar;

/// <summary>An error with a message for the user: what is wrong, the value, what is required, what to do next.</summary>
public class TessarException : Exception
{
    /// <summary>Makes an error of <see cref="ErrorKind.Internal"/>.</summary>
    /// <param name="message">What is wrong, the value, what is required, what to do next.</param>
    public TessarException(string message)
        : this(message, ErrorKind.Internal)
    {
    }

    /// <summary>Makes an error of the given kind.</summary>
    /// <param name="message">What is wrong, the value, what is required, what to do next.</param>
    /// <param name="kind">Whose move it is.</param>
    /// <param name="inner">The exception that caused this one, if any.</param>
    public TessarException(string message, ErrorKind kind, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    /// <summary>Whose move it is.</summary>
    public ErrorKind Kind { get; }

    /// <summary>What can be done, as data, the best first; empty when the message says all there is to say.</summary>
    public IReadOnlyList<Remedy> Remedies { get; init; } = [];
}
