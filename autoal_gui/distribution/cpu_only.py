"""Start-up hook of a built program that carries no more of CUDA than what it is linked with.

Without this, a graphics card would be found and then fail for want of the other libraries.
"""

import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""
