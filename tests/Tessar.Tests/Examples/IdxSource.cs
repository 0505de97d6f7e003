using System.Buffers.Binary;
using System.IO.Compression;

namespace Tessar.Tests.Examples;

/// <summary>A folder of small IDX files: 20 training and 8 test images of 5×3 bytes, labels of ten classes.</summary>
internal static class IdxSource
{
    public const int Train = 20;
    public const int Test = 8;

    public static void Write(string folder, bool isCompressed = false)
    {
        Directory.CreateDirectory(folder);
        Put(folder, "train-images-idx3-ubyte", Images(Train, 1), isCompressed);
        Put(folder, "train-labels-idx1-ubyte", Labels(Train, 1), isCompressed);
        Put(folder, "t10k-images-idx3-ubyte", Images(Test, 2), isCompressed);
        Put(folder, "t10k-labels-idx1-ubyte", Labels(Test, 2), isCompressed);
    }

    public static byte[] Images(int count, int salt) =>
        Compose([count, 5, 3], [.. Enumerable.Range(0, count * 15).Select(i => (byte)((i * 31) + (salt * 7)))]);

    public static byte[] Labels(int count, int salt) =>
        Compose([count], [.. Enumerable.Range(0, count).Select(i => (byte)((i + salt) % 10))]);

    public static byte[] Compose(int[] shape, byte[] data)
    {
        byte[] file = new byte[4 + (4 * shape.Length) + data.Length];
        file[2] = 0x08;
        file[3] = (byte)shape.Length;
        for (int i = 0; i < shape.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + (4 * i)), shape[i]);
        data.CopyTo(file, 4 + (4 * shape.Length));
        return file;
    }

    public static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(content);
        return compressed.ToArray();
    }

    public static void Put(string folder, string name, byte[] content, bool isCompressed) =>
        File.WriteAllBytes(Path.Combine(folder, isCompressed ? name + ".gz" : name), isCompressed ? Compress(content) : content);
}
