using System.Globalization;

namespace Tessar;

/// <summary>A damaged or foreign file: which one, where in it, what was expected and what was found.</summary>
/// <param name="path">The file.</param>
/// <param name="offset">Byte offset of the first wrong byte, or null when the file as a whole is meant.</param>
/// <param name="expected">What the format requires there.</param>
/// <param name="found">What stands there instead.</param>
/// <param name="nextStep">What the user can do now.</param>
/// <param name="inner">The exception that caused this one, if any.</param>
public sealed class FileFormatException(
    string path, long? offset, string expected, string found, string nextStep, Exception? inner = null)
    : TessarException(Describe(path, offset, expected, found, nextStep), ErrorKind.InputData, inner)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Byte offset of the first wrong byte, or null when the file as a whole is meant.</summary>
    public long? Offset { get; } = offset;

    private static string Describe(string path, long? offset, string expected, string found, string nextStep)
    {
        string place = offset is { } at ? string.Create(CultureInfo.InvariantCulture, $" at byte {at}") : string.Empty;
        return $"{path}{place}: expected {expected}, found {found}. {nextStep}";
    }
}
