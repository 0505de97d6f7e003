using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tessar.Examples;
using Tessar.Tensors;
using Tessar.Tests.Examples;
using Tessar.Tests.Processes;

namespace Tessar.Tests.Cli;

/// <summary>What people get wrong, each with its exit code and the words that set it right; never an abort.</summary>
public sealed class BadInputTests(SmallRunFixture runs) : IDisposable
{
    private readonly Tool _tool = new() { IsProcess = true };

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData(3, "There is no data set or file `nowhere.tess`. There are", "train", "--model", "cnn", "--data", "nowhere.tess")]
    [InlineData(3, "Did you mean `fashion-mnist-mini`?", "train", "--model", "cnn", "--data", "fashion-mnist-min")]
    [InlineData(2, "There is no model `cn`. Did you mean `cnn`?", "train", "--model", "cn", "--data", "fashion-mnist-mini")]
    [InlineData(2, "`--model MODEL` is missing", "train", "--data", "fashion-mnist-mini")]
    [InlineData(
        2, "`--epochs` is `0`; required is a whole number from 1 to 1,000,000.", "train", "--model", "cnn", "--data",
        "fashion-mnist-mini", "--epochs", "0")]
    [InlineData(
        2, "Did you mean `optimizer.momentum`?", "train", "--model", "cnn", "--data", "fashion-mnist-mini", "--set",
        "optimizer.momentun=1")]
    [InlineData(
        2, "There is no optimiser `adamq`. Did you mean `adam`?", "train", "--model", "cnn", "--data", "fashion-mnist-mini",
        "--optimizer", "adamq")]
    [InlineData(
        2, "has examples 0 to 9999", "train", "--model", "cnn", "--data", "fashion-mnist-mini", "--train", "train:0-10000")]
    [InlineData(2, "can't be given with --resume", "train", "--resume", "small", "--epochs", "3")]
    [InlineData(2, "all its epochs are done", "train", "--resume", "small")]
    [InlineData(
        2, "There is no method `data/trek`. Did you mean `data/trak`?", "attribute", "small", "--method", "data/trek",
        "--targets", "test:0-3")]
    [InlineData(
        2, "there is no option `dampin`. Did you mean `damping`?", "attribute", "small", "--targets", "test:0-3", "--set",
        "dampin=1")]
    [InlineData(2, "damping is `-1`", "attribute", "small", "--targets", "test:0-3", "--set", "damping=-1")]
    [InlineData(
        2, "more than the 7850 parameters of logistic", "attribute", "small", "--targets", "test:0-3", "--set",
        "projection-dimension=7851")]
    [InlineData(2, "`tst` isn't a split", "attribute", "small", "--targets", "tst:0-3")]
    [InlineData(2, "isn't a range of", "predict", "small", "--targets", "test:0-2000")]
    [InlineData(2, "isn't a range.", "predict", "small", "--targets", "test:3-1")]
    [InlineData(3, "There is no run `smal`. Did you mean `small`?", "predict", "smal", "--targets", "test:0-3")]
    [InlineData(2, "`--set damping` has no value", "attribute", "small", "--targets", "test:0-3", "--set", "damping")]
    [InlineData(3, "doesn't exist", "examples", "import", "no-folder", "--out", "x.tess")]
    [InlineData(2, "`--limit` is `train`", "examples", "import", ".", "--out", "x.tess", "--limit", "train")]
    [InlineData(3, "nothing.dll", "train", "--model", "nothing.dll#My.Net", "--data", "fashion-mnist-mini")]
    public void Mistake_ends_with_its_code_and_says_what_is_right(int code, string words, params string[] arguments) =>
        Assert.Contains(words, runs.Tool.AsProcess.Fails(code, [.. arguments, "--quiet"]), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}", "run.json")]
    [InlineData("""{ "schema": 99 }""", "schema")]
    [InlineData("not json", "run.json")]
    public void Damaged_run_is_named_and_others_are_still_listed(string json, string words)
    {
        Directory.CreateDirectory(_tool.File("runs/broken"));
        File.WriteAllText(_tool.File("runs/broken/run.json"), json);
        Assert.Contains(words, _tool.Fails(3, "show", "broken"), StringComparison.Ordinal);
        Assert.Contains(
            words, _tool.Json("runs").GetProperty("runs")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Truncated_store_is_refused()
    {
        TestStores.Write(_tool.File("small.tess"), 10, 5);
        byte[] whole = File.ReadAllBytes(_tool.File("small.tess"));
        File.WriteAllBytes(_tool.File("cut.tess"), whole[..(whole.Length / 2)]);
        Assert.Contains("cut.tess", _tool.Fails(3, "examples", "show", "cut.tess"), StringComparison.Ordinal);
        Assert.Contains(
            "The file is damaged", _tool.Fails(3, "train", "--model", "mlp", "--data", "cut.tess"), StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_byte_is_found_by_verify()
    {
        TestStores.Write(_tool.File("small.tess"), 10, 5);
        byte[] bytes = File.ReadAllBytes(_tool.File("small.tess"));
        bytes[4096] ^= 1;
        File.WriteAllBytes(_tool.File("small.tess"), bytes);
        Assert.Contains(
            "small.tess", _tool.Fails(3, "examples", "show", "small.tess", "--verify", "--quiet"), StringComparison.Ordinal);
        Assert.Contains("page 0", _tool.Fails(3, "examples", "verify", "small.tess", "--quiet"), StringComparison.Ordinal);
    }

    [Fact]
    public void Contact_sheet_of_nothing_or_of_too_much_is_refused()
    {
        TestStores.Write(_tool.File("empty.tess"), 0, 0);
        Assert.Contains(
            "no examples", _tool.Fails(3, "examples", "show", "empty.tess", "--picture", "x.png", "--quiet"),
            StringComparison.Ordinal);
        Assert.Contains(
            "`--count` is 0", _tool.Fails(2, "examples", "show", "empty.tess", "--picture", "x.png", "--count", "0"),
            StringComparison.Ordinal);
        Assert.False(File.Exists(_tool.File("x.png")));
    }

    [Fact]
    public void Labels_outside_the_classes_are_refused_on_import()
    {
        IdxSource.Write(_tool.File("idx"));
        string line = _tool.Fails(3, "examples", "import", "idx", "--out", "x.tess", "--classes", "a,b,c", "--quiet");
        Assert.Contains("labels from 0 to 2", line, StringComparison.Ordinal);
        Assert.False(File.Exists(_tool.File("x.tess")));
    }

    [Fact]
    public void Existing_store_is_replaced_only_by_force()
    {
        IdxSource.Write(_tool.File("idx"));
        _tool.Json("examples", "import", "idx", "--out", "x.tess");
        Assert.Contains("--force", _tool.Fails(2, "examples", "import", "idx", "--out", "x.tess"), StringComparison.Ordinal);
        Assert.Equal(
            28, _tool.Json("examples", "import", "idx", "--out", "x.tess", "--force").GetProperty("examples").GetInt64());
    }

    [Fact]
    public void Model_that_does_not_fit_the_images_is_refused()
    {
        using (var writer = ExampleStoreWriter.Create(_tool.File("tiny.tess"), TestStores.Layout(4, 2) with
        {
            Columns = [StoreColumn.Image("image", new ImageShape(1, 1, 1)), StoreColumn.Scalar("label", ElementType.I32)],
        }))
        {
            for (int row = 0; row < 6; row++)
                writer.Append([7, (byte)(row % 3), 0, 0, 0]);
            writer.Finish();
        }
        string line = _tool.Fails(3, "train", "--model", "cnn", "--data", "tiny.tess", "--quiet");
        Assert.Contains("cnn", line, StringComparison.Ordinal);
        Assert.Contains("1×1", line.Replace(" ", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> WrongWeights => new()
    {
        { "missing", "fc1.bias" },
        { "extra", "fc1.more" },
        { "shape", "[784, 10]" },
        { "nan", "finite" },
        { "pickle", "safetensors" },
        { "absent", "weights.safetensors" },
    };

    [Theory]
    [MemberData(nameof(WrongWeights))]
    public void Wrong_weights_are_refused_by_name(string kind, string words)
    {
        const string File = "weights.safetensors";
        var writer = new SafetensorsWriter();
        float[] weight = new float[7840];
        if (kind == "nan")
            weight[5] = float.NaN;
        writer.Add("fc1.weight", weight, kind == "shape" ? [784, 10] : [10, 784]);
        if (kind != "missing")
            writer.Add("fc1.bias", new float[10], 10);
        if (kind == "extra")
            writer.Add("fc1.more", new float[1], 1);
        if (kind == "pickle")
            System.IO.File.WriteAllBytes(_tool.File(File), "PK\u0003\u0004archive/data.pkl"u8);
        else if (kind != "absent")
            writer.Save(_tool.File(File));
        string line = _tool.Fails(
            3, "import", "--weights", File, "--model", "logistic", "--data", "fashion-mnist-mini", "--name", "wrong", "--quiet");
        Assert.Contains(words, line, StringComparison.Ordinal);
        Assert.Contains(File, line, StringComparison.Ordinal);
        Assert.Empty(_tool.Json("runs").GetProperty("runs").EnumerateArray());
    }

    [Fact]
    public void Normalization_needs_one_number_per_channel()
    {
        var writer = new SafetensorsWriter();
        writer.Add("fc1.weight", new float[7840], 10, 784);
        writer.Add("fc1.bias", new float[10], 10);
        writer.Save(_tool.File("w.safetensors"));
        string line = _tool.Fails(
            2, "import", "--weights", "w.safetensors", "--model", "logistic", "--data", "fashion-mnist-mini", "--mean", "0.1,0.2",
            "--std", "1,1", "--quiet");
        Assert.Contains("channel", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Singular_Gram_without_damping_is_refused()
    {
        // Twice the same image: two equal rows of features.
        using (var writer = ExampleStoreWriter.Create(_tool.File("twins.tess"), TestStores.Layout(8, 2)))
        {
            for (int row = 0; row < 10; row++)
                writer.Append(TestStores.Row(row == 1 ? 0 : row));
            writer.Finish();
        }
        _tool.Json("train", "--model", "logistic", "--data", "twins.tess", "--name", "twins", "--epochs", "1");
        string line = _tool.Fails(
            3, "attribute", "twins", "--targets", "test:0-1", "--set", "damping=0", "--set", "projection=none", "--quiet");
        Assert.Contains("singular", line, StringComparison.Ordinal);
        Assert.Contains("damping", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_checkpoint_is_refused()
    {
        _tool.Json(
            "train", "--model", "logistic", "--data", "fashion-mnist-mini", "--train", "train:0-99", "--test", "test:0-9",
            "--epochs", "1", "--name", "a");
        string checkpoint = Directory.GetFiles(_tool.File("runs/a/checkpoints"), "step-????????.safetensors").Single();
        byte[] bytes = File.ReadAllBytes(checkpoint);
        bytes[^1] ^= 1;
        File.WriteAllBytes(checkpoint, bytes);
        Assert.Contains(
            "was changed after it was recorded", _tool.Fails(3, "attribute", "a", "--targets", "test:0-1", "--quiet"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Occupied_port_belongs_to_the_environment()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        string line = _tool.Fails(4, "serve", "--no-open", "--port", port);
        Assert.Contains($"The port {port} of 127.0.0.1 is in use.", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Second_process_cannot_write_the_same_run()
    {
        using ChildProcess first = _tool.StartEndlessTraining("shared");
        Assert.Contains(
            "is being written by process", _tool.Fails(4, "train", "--resume", "shared", "--quiet"), StringComparison.Ordinal);
        first.Kill();
        Assert.Equal("interrupted", _tool.Json("show", "shared").GetProperty("status").GetString());
    }
}
