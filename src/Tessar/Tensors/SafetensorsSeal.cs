using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Tessar.Tensors;

/// <summary>
/// A hash that a safetensors file carries of itself: SHA-256 of all its bytes, with that hash written as zeros.
/// </summary>
/// <remarks>For files that nothing else remembers the hash of, such as intermediate results that later calls reuse.</remarks>
internal static class SafetensorsSeal
{
    /// <summary>Its name in the header's metadata.</summary>
    public const string Member = "tessar.sha256";

    /// <summary>What stands there while the hash is taken.</summary>
    public static readonly string Unset = new('0', SHA256.HashSizeInBytes * 2);

    private const int Chunk = 1 << 20;
    private static readonly ConcurrentDictionary<(string Path, DateTime Written, long Bytes, string Hash), byte> _intact = new();
    private static readonly byte[] _mark = Encoding.ASCII.GetBytes($"\"{Member}\":\"");

    /// <summary>Hashes a file that was just written with <see cref="Unset"/>, and puts the hash into its place.</summary>
    public static void Put(Stream file)
    {
        file.Position = 0;
        byte[] prefix = new byte[SafetensorsHeader.PrefixBytes];
        file.ReadExactly(prefix);
        byte[] header = new byte[BitConverter.ToInt64(prefix)];
        file.ReadExactly(header);
        int at = header.AsSpan().IndexOf(_mark);
        file.Position = 0;
        byte[] hash = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(file)));
        file.Position = SafetensorsHeader.PrefixBytes + at + _mark.Length;
        file.Write(hash);
        file.Position = file.Length;
    }

    /// <summary>Compares a file with the hash in it.</summary>
    /// <exception cref="FileFormatException">The file was changed after it was written.</exception>
    /// <remarks>
    /// A file that was compared before and has the same length and time since isn't compared again: masks are opened row by row.
    /// </remarks>
    public static void Check(MappedFile file, string recorded)
    {
        (string, DateTime, long, string) key = (file.Path, File.GetLastWriteTimeUtc(file.Path), file.Length, recorded);
        if (_intact.ContainsKey(key))
            return;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int headerBytes = (int)Math.Min(Chunk, file.Length);
        byte[] front = file.Bytes(0, headerBytes).ToArray();
        int at = front.AsSpan().IndexOf(_mark);
        if (at >= 0 && recorded.Length == Unset.Length && at + _mark.Length + recorded.Length <= headerBytes)
            front.AsSpan(at + _mark.Length, recorded.Length).Fill((byte)'0');
        hash.AppendData(front);
        for (long done = headerBytes; done < file.Length; done += Chunk)
            hash.AppendData(file.Bytes(done, (int)Math.Min(Chunk, file.Length - done)));
        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != recorded)
        {
            throw new FileFormatException(
                file.Path, null, $"content with the hash {recorded}, which the file says it has", found,
                "The file was changed after it was written: restore it from a copy, or delete it so that it is made again.");
        }

        _intact.TryAdd(key, 0);
    }
}
