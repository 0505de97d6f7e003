using System.Buffers.Binary;
using System.Text;

namespace Tessar.Tests.Tensors;

/// <summary>Safetensors files put together by hand.</summary>
internal static class SafetensorsTestFiles
{
    /// <summary>Length, header and data, with nothing checked.</summary>
    public static byte[] Compose(string header, int dataBytes)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        for (int i = 0; i < dataBytes; i++)
            file[8 + json.Length + i] = (byte)(i + 1);
        return file;
    }
}
