namespace Tessar.Models;

/// <summary>Native errors carry dozens of lines of C++ frames after the one that says what is wrong.</summary>
internal static class FirstLine
{
    /// <summary>The first line of an exception's message.</summary>
    public static string Of(Exception exception)
    {
        ReadOnlySpan<char> message = exception.Message.AsSpan().TrimStart();
        int end = message.IndexOfAny('\r', '\n');
        return (end < 0 ? message : message[..end]).TrimEnd().ToString();
    }
}
