namespace Tessar.Examples.Importers;

/// <summary>
/// Finds the split in the names that people give files, folders and arrays: <c>x_train</c>, <c>test-00000-of-00001.parquet</c>.
/// </summary>
internal static class SplitNames
{
    private static readonly string[] _known = [
        "train", "training", "val", "valid", "validation", "dev", "test", "testing", "eval"
    ];
    private static readonly char[] _separators = ['_', '.', '/', '-'];

    /// <summary>True for a name that means a split.</summary>
    public static bool IsSplit(string name) => _known.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The split that a file's name begins with, or null.</summary>
    public static string? OfFile(string path)
    {
        string name = Path.GetFileName(path);
        string word = name[..^name.AsSpan().TrimStart("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").Length];
        return IsSplit(word) ? word.ToLowerInvariant() : null;
    }

    /// <summary>Takes the split from an array's name: <c>x_train</c> and <c>train.x</c> are <c>x</c> of <c>train</c>.</summary>
    public static (string? Split, string Name) OfArray(string name)
    {
        int first = name.IndexOfAny(_separators), last = name.LastIndexOfAny(_separators);
        if (first > 0 && first + 1 < name.Length && IsSplit(name[..first]))
            return (name[..first].ToLowerInvariant(), name[(first + 1)..]);
        return last > 0 && last + 1 < name.Length && IsSplit(name[(last + 1)..])
            ? (name[(last + 1)..].ToLowerInvariant(), name[..last])
            : (null, name);
    }

    /// <summary>Training first, tests last, others between.</summary>
    public static int Order(string? split) => split switch
    {
        "train" or "training" => 0,
        "test" or "testing" or "eval" => 2,
        _ => 1,
    };
}
