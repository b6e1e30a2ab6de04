"""How the formats are used that this program itself reads: it prepares images and adds softmax."""

USAGE = """\
import numpy, torch
from PIL import Image
from autoal_gui.learning.inference.export import whole_network

model = whole_network(MODEL_FILE)
image = torch.from_numpy(numpy.array(Image.open("IMAGE.png").convert("RGB")))  # 8 bits, upright
print(dict(zip(model.classes, model(image[None])[0].tolist())))
"""
SHELL = "autoal-gui predict --model MODEL_FILE --out predictions.csv FOLDER\n"
