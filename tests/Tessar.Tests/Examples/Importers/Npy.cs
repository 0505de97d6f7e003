using System.IO.Compression;
using System.Text;

namespace Tessar.Tests.Examples.Importers;

/// <summary>NumPy files written by hand.</summary>
internal static class Npy
{
    /// <summary>A version 1 file; the header is padded as NumPy pads it.</summary>
    public static byte[] File(string descr, string shape, byte[] data, bool isFortran = false, int version = 1)
    {
        string dict = $"{{'descr': {descr}, 'fortran_order': {(isFortran ? "True" : "False")}, 'shape': {shape}, }}";
        int prefix = version == 1 ? 10 : 12, padding = 63 - ((prefix + dict.Length) % 64);
        byte[] header = Encoding.UTF8.GetBytes(dict + new string(' ', padding) + "\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes(header.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. header, .. data];
    }

    public static byte[] Archive(params (string Name, byte[] File)[] arrays) => Archive(CompressionLevel.Optimal, arrays);

    public static byte[] Archive(CompressionLevel level, params (string Name, byte[] File)[] arrays)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] file) in arrays)
            {
                using Stream entry = archive.CreateEntry(name + ".npy", level).Open();
                entry.Write(file);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Little-endian bytes of numbers.</summary>
    public static byte[] Bytes<T>(params T[] values)
        where T : unmanaged => [.. System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan())];

    /// <summary>0, 1, 2, …</summary>
    public static byte[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)i)];
}
