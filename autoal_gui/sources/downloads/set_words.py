"""What each MedMNIST set shows, in a sentence: the package describes them at length, in English."""

from autoal_gui.core.language import mark

ABOUT = {
    "pathmnist": mark("Tissue of colorectal cancer under the microscope: nine kinds of tissue."),
    "dermamnist": mark("Pigmented skin lesions under the dermatoscope: seven diagnoses."),
    "octmnist": mark("Optical coherence tomography of the retina: three findings, and normal."),
    "pneumoniamnist": mark("Chest X-rays of children: pneumonia or normal."),
    "retinamnist": mark("Photographs of the retina: five grades of diabetic retinopathy."),
    "breastmnist": mark("Ultrasound of the breast: malignant, or normal and benign together."),
    "bloodmnist": mark("Single normal blood cells under the microscope: eight kinds."),
    "tissuemnist": mark("Single cells of the kidney's cortex under the microscope: eight kinds."),
    "organamnist": mark("Axial slices of CT: eleven organs."),
    "organcmnist": mark("Coronal slices of CT: eleven organs."),
    "organsmnist": mark("Sagittal slices of CT: eleven organs."),
    "organmnist3d": mark("CT volumes: eleven organs."),
    "nodulemnist3d": mark("CT volumes around nodules of the lung: benign or malignant."),
    "adrenalmnist3d": mark(
        "Shapes of adrenal glands as volumes, without the grey values of the CT: normal or "
        "hyperplasia."
    ),
    "fracturemnist3d": mark("CT volumes around fractures of ribs: three kinds."),
    "vesselmnist3d": mark("Shapes of vessels of the brain as volumes: healthy or aneurysm."),
    "synapsemnist3d": mark(
        "Volumes around synapses of a rat from the electron microscope: inhibitory or excitatory."
    ),
}
"""By the set's flag, for `tr`."""
