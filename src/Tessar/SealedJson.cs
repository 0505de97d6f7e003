using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tessar;

/// <summary>
/// JSON that carries a checksum of itself: its first member, a SHA-256 of the file with that hash written as zeros.
/// </summary>
/// <remarks>
/// Any change is found when the file is read, one of a space too. Who edits a file on purpose writes <c>"checksum": "edited"</c>,
/// which no accident does, and it is read as it stands.
/// </remarks>
internal static class SealedJson
{
    /// <summary>What the checksum of a file says that was edited on purpose.</summary>
    public const string Edited = "edited";

    private const string Member = "checksum";
    private const int Digits = 64;
    private static readonly byte[] _zeros = [.. Enumerable.Repeat((byte)'0', Digits)];

    /// <summary>Puts the checksum in front.</summary>
    /// <param name="json">An object with at least one member, as the serializer writes it.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] Seal(string json)
    {
        string indent = json.StartsWith("{\n", StringComparison.Ordinal) ? "\n  " : string.Empty;
        byte[] front = Encoding.UTF8.GetBytes($"{{{indent}\"{Member}\":{(indent.Length > 0 ? " " : string.Empty)}\"");
        byte[] file = [.. front, .. _zeros, .. Encoding.UTF8.GetBytes($"\",{json[1..]}")];
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(file)), file.AsSpan(front.Length, Digits));
        return file;
    }

    /// <summary>Replaces a file by sealed JSON.</summary>
    /// <exception cref="TessarException">The folder can't be written to, or the disk is full.</exception>
    public static void Write(string path, string json) => AtomicFile.Write(path, stream => stream.Write(Seal(json)));

    /// <summary>Compares a file with its checksum.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="remedy">What to do when it was changed.</param>
    /// <returns>What kind of checksum it has.</returns>
    /// <exception cref="FileFormatException">It was changed after it was written.</exception>
    /// <exception cref="JsonException">It isn't JSON.</exception>
    public static JsonSeal Check(string path, ReadOnlySpan<byte> file, string remedy)
    {
        if (Find(file) is not { } at)
            return JsonSeal.None;
        ReadOnlySpan<byte> recorded = file.Slice(at.Start, at.Length);
        if (recorded.SequenceEqual(Encoding.ASCII.GetBytes(Edited)))
            return JsonSeal.Edited;
        byte[] zeroed = file.ToArray();
        zeroed.AsSpan(at.Start, at.Length).Fill((byte)'0');
        string found = Convert.ToHexStringLower(SHA256.HashData(zeroed));
        if (!recorded.SequenceEqual(Encoding.ASCII.GetBytes(found)))
        {
            throw new FileFormatException(
                path, at.Start, $"the checksum {found}, which is that of the file", Encoding.UTF8.GetString(recorded),
                $"The file was changed after it was written. {remedy} If you changed it on purpose, write \"{Member}\": "
                    + $"\"{Edited}\".");
        }

        return JsonSeal.Intact;
    }

    /// <summary>The file without its checksum, for readers that refuse members they don't know.</summary>
    public static byte[] Without(ReadOnlySpan<byte> file)
    {
        if (Find(file) is not { } at)
            return file.ToArray();
        int comma = file[(at.Start + at.Length)..].IndexOf((byte)',');
        return comma < 0 ? file.ToArray() : [(byte)'{', .. file[(at.Start + at.Length + comma + 1)..]];
    }

    /// <summary>Where the value of the member lies, without its quotes.</summary>
    private static (int Start, int Length)? Find(ReadOnlySpan<byte> file)
    {
        var reader = new Utf8JsonReader(file);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals(Member))
                continue;
            reader.Read();
            return reader.TokenType == JsonTokenType.String ? ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length) : null;
        }

        return null;
    }
}

/// <summary>What a JSON file says about its own integrity.</summary>
internal enum JsonSeal
{
    /// <summary>Nothing: it was written before there were checksums.</summary>
    None,

    /// <summary>It is as it was written.</summary>
    Intact,

    /// <summary>Somebody changed it on purpose.</summary>
    Edited,
}
