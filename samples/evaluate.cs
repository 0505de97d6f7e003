#:project ../src/Tessar.Lenses/Tessar.Lenses.csproj
#:project ../src/Tessar.Training/Tessar.Training.csproj
#:property PublishAot=false

// How well do an attribution's scores predict models that were trained without some of the examples?
// dotnet run samples/evaluate.cs [RUN FOLDER]      without a run it trains a small one first
using Tessar.Lenses.Data;
using Tessar.Lenses.Data.Evaluation;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Training;
using Tessar.Training.Retraining;

Run run = args.Length > 0
    ? Run.Open(args[0])
    : Trainer.Train(new TrainingRequest { Model = "mlp", Data = "fashion-mnist-mini", Train = "train:0-1999", Epochs = 5 });
var runner = new MethodRunner(new MethodCatalog(typeof(Trak).Assembly));
var job = new MethodJob
{
    Question = "data/lds", Method = "data/trak", Runs = [run.Directory], Targets = "test:0-9",
    Settings = new Dictionary<string, string> { ["subsets"] = "10", ["seeds"] = "2" },
};
MethodResult result = runner.Run(job, new MethodContext { Retrainer = new InProcessRetrainer() });
LdsAnswer lds = result.Value<LdsAnswer>();

Console.WriteLine(
    $"LDS of {lds.Method} on {lds.Run}: {lds.Lds:0.000}, 95 % interval {lds.Interval[0]:0.000} to {lds.Interval[1]:0.000}.");
Console.WriteLine($"A perfect predictor would reach {lds.NoiseCeiling:0.000}. Kept in {result.Kept.DocumentPath}");
